"""What is served and how fresh each source is, for `warehouse status`."""

from __future__ import annotations

from datetime import date

import duckdb

from connectors.streams import Account
from orchestration import accounts, budget, publish
from orchestration.settings import Settings

BILLED = {"x"}
FRESHNESS = """
    select source, max(window_date) as newest, count(*) filter (where status = 'failed') as missing
    from marts.source_loads where source <> 'files' group by source order by source
"""


def report(settings: Settings) -> str:
    """Return a few lines: the version served, each source's newest day, the month's bill, the versions kept."""
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
    lines += [_bill(settings, source, newest) for source, newest, _ in sources if source in BILLED]
    kept = publish.versions(settings)
    lines.append(f"kept          {len(kept)} version(s), `warehouse rollback` serves the one before")
    return "\n".join(lines)


def _bill(settings: Settings, source: str, newest: date) -> str:
    """Say what the captures of the newest month were billed for, brand by brand, at the list price."""
    month, told = f"{newest:%Y-%m}", []
    brands: dict[str, list[Account]] = {}
    for account in accounts.read(settings.accounts_file)[0]:
        if account.source == source:
            brands.setdefault(account.brand_id, []).append(account)
    for brand, listed in brands.items():
        reads, price = budget.billed(settings.landing, source, {one.account_id for one in listed}, month)
        limit = listed[0].monthly_budget_usd
        of_budget = "" if limit is None else f" of {limit:.2f}"
        told.append(f"{brand} {sum(reads.values()):,} reads, {price:.2f}{of_budget} USD")
    return f"{source} in {month}  {'; '.join(told)}"
