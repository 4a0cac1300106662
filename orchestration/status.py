"""What is served, how old each source is, what the last run said, what is kept: for `warehouse status` and a page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from connectors.streams import Account
from orchestration import accounts, budget, gate, notes, publish
from orchestration.settings import REPOSITORY, Problem, Settings

BILLED = {"x"}
PAGE = "status.html"
REMEDY = "`warehouse rollback` serves the version before it, and the next run that passes a new one."
TEMPLATE = REPOSITORY / "orchestration" / "status.html.j2"
FRESHNESS = """
    select
        source,
        max(window_date) filter (where status = 'loaded'),
        max(window_date),
        count(*) filter (where status = 'failed'),
        any_value(error order by loaded_at desc)
    from marts.source_loads where source <> 'files' group by source order by source
"""


@dataclass(frozen=True)
class Source:
    """How far one source has come: its newest loaded window, and how many are missing and why."""

    name: str
    newest: date | None
    asked: date
    missing: int
    reason: str | None


@dataclass(frozen=True)
class Served:
    """The publication that readers get."""

    path: Path
    run_id: str
    published_at: datetime
    data_through: date
    code_version: str
    sources: list[Source]
    failed: list[dict[str, Any]]


def served(settings: Settings) -> Served | None:
    """Return what is served, or None if nothing is; a file or manifest that can't be read is a problem."""
    current = publish.served(settings)
    if current is None:
        return None
    manifest = notes.read(current.with_suffix(".json"))
    if manifest is None:
        raise Problem(f"the manifest of {current} is missing or damaged: {REMEDY}")
    try:
        with publish.opened(settings) as con:
            told = con.execute(
                "select run_id, published_at, data_through, code_version from marts.publication"
            ).fetchone()
            sources = [Source(*row) for row in con.execute(FRESHNESS).fetchall()]
    except duckdb.Error as error:
        raise Problem(f"{current} can't be read ({str(error).splitlines()[0]}): {REMEDY}") from None
    failed = [result for result in manifest["expectations"] if not result["success"]]
    return Served(current, *told, sources, failed)


def report(settings: Settings) -> str:
    """Return the status as lines of text."""
    now = served(settings)
    if now is None:
        return _nothing(settings)
    lines = [
        f"served        {now.path}",
        f"published at  {now.published_at:%Y-%m-%d %H:%M} UTC by run {now.run_id}, code {now.code_version}",
        f"data through  {now.data_through}",
        *(_source_line(source) for source in now.sources),
        *(_bill(settings, source.name, source.asked) for source in now.sources if source.name in BILLED),
        *(f"warning       {result['key']}: {result['why']}" for result in now.failed),
    ]
    last = last_run(settings)
    if last:
        lines.append(f"last run      {last['ended_at'][:16].replace('T', ' ')} UTC, {last['run_id']}")
        lines += [f"  {problem}" for problem in last["problems"]] or ["  went through"]
    kept = publish.versions(settings)
    lines.append(f"kept          {len(kept)} version(s), `warehouse rollback` serves the one before")
    lines += [f"  {version.path.stem}{' (withdrawn)' if version.manifest.get('withdrawn') else ''}" for version in kept]
    return "\n".join(lines)


def _nothing(settings: Settings) -> str:
    kept = publish.versions(settings)
    if not kept:
        return f"nothing is published in {settings.published} yet: `warehouse run` or `warehouse demo` does it."
    link = settings.published / publish.SERVED
    return f"nothing is served, {link} leads nowhere: `warehouse rollback` serves the newest of {len(kept)} version(s)."


def _source_line(source: Source) -> str:
    missing = f", {source.missing} window(s) missing: {source.reason}" if source.missing else ""
    return f"{source.name:<13} newest window {source.newest or 'none'}{missing}"


def note(settings: Settings, run_id: str, problems: list[str]) -> None:
    """Keep how the last run ended, and write the page anew."""
    settings.state.mkdir(parents=True, exist_ok=True)
    told = {"run_id": run_id, "ended_at": datetime.now(UTC).isoformat(), "problems": problems}
    notes.write(settings.state / "last_run.json", json.dumps(told))
    write_page(settings)


def last_run(settings: Settings) -> dict[str, Any] | None:
    """Return id, time and problems of the last run that ended, None before the first."""
    return notes.read(settings.state / "last_run.json")


def write_page(settings: Settings) -> Path:
    """Write `published/status.html`: no script, nothing fetched, everything that came from outside escaped."""
    try:
        now, nothing = served(settings), _nothing(settings)
    except Problem as problem:
        now, nothing = None, str(problem)
    environment = jinja2.Environment(autoescape=True)
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        now=now,
        nothing=nothing,
        last=last_run(settings),
        verdict=gate.read_verdict(settings),
        versions=list(reversed(publish.versions(settings))),
        written_at=datetime.now(UTC),
    )
    settings.published.mkdir(parents=True, exist_ok=True, mode=0o750)
    path = settings.published / PAGE
    notes.write(path, page)
    return path


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
