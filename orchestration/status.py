"""What is served and how fresh each source is, for `warehouse status`."""

from __future__ import annotations

import duckdb

from orchestration import publish
from orchestration.settings import Settings

FRESHNESS = """
    select source, max(window_date) as newest, count(*) filter (where status = 'failed') as missing
    from marts.source_loads where source <> 'files' group by source order by source
"""


def report(settings: Settings) -> str:
    """Return a few lines: the version served, each source's newest day, the versions kept."""
    current = publish.served(settings)
    if current is None:
        return f"nothing is published in {settings.published} yet: `warehouse run` or `warehouse demo` does it."
    with duckdb.connect(str(current), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        run_id, published_at, data_through, version = con.execute(
            "select run_id, published_at, data_through, code_version from marts.publication"
        ).fetchone()
        sources = con.execute(FRESHNESS).fetchall()
    lines = [
        f"served        {current}",
        f"published at  {published_at:%Y-%m-%d %H:%M} UTC by run {run_id}, code {version}",
        f"data through  {data_through}",
    ]
    lines += [
        f"{source:<13} newest window {newest}{f', {missing} window(s) missing' if missing else ''}"
        for source, newest, missing in sources
    ]
    kept = publish.versions(settings)
    lines.append(f"kept          {len(kept)} version(s), `warehouse rollback` serves the one before")
    return "\n".join(lines)
