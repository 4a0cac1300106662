"""P5: peak memory of the process that fetches and loads, by accounts and by records, and of one that takes in a file.

A thousand posts of X an account, landed page by page from a source without a network, then loaded as the pipeline does;
and a dropped CSV of a million product events.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks import loads, pages
from benchmarks.measure import Line, NotMeasured, Spent, Work, spent
from orchestration import inbox, loading, raw
from orchestration.settings import Settings

FEW, MANY = 100, 1_000
ROWS = 1_000_000
MOST_MB = 1_024


def measured() -> list[Line]:
    """Measure once each: peaks hardly vary, and a million records take minutes."""
    few, many = (_spent(accounts) for accounts in (FEW, MANY))
    records = MANY * loads.RECORDS_AN_ACCOUNT
    if many.facts["rows"] != records:
        raise NotMeasured(f"{many.facts['rows']:,} rows instead of {records:,}")
    return [
        Line(
            f"P5 {MANY:,} accounts ≤ 2 × the peak memory of {FEW}",
            f"{many.peak_mb / few.peak_mb:.2f} × ({many.peak_mb:.0f} MB against {few.peak_mb:.0f} MB)",
            many.peak_mb <= 2 * few.peak_mb,
        ),
        Line(f"P5 {records:,} records < 1 GB", f"{many.peak_mb:.0f} MB", many.peak_mb < MOST_MB),
        _dropped(),
    ]


def _dropped() -> Line:
    with tempfile.TemporaryDirectory() as home:
        taken = spent(taken_in, home=home, rows=ROWS)
    if taken.facts["rows"] != ROWS:
        raise NotMeasured(f"{taken.facts['rows']:,} rows instead of {ROWS:,}")
    return Line(f"P5 a dropped file of {ROWS:,} rows < 1 GB", f"{taken.peak_mb:.0f} MB", taken.peak_mb < MOST_MB)


def _spent(accounts: int) -> Spent:
    with tempfile.TemporaryDirectory() as home:
        return spent(fetched_and_loaded, home=home, accounts=accounts)


def fetched_and_loaded(home: str, accounts: int) -> Work:
    """Land the pages of every account and load them into a new database, in one process."""

    def work() -> dict:
        settings, stream = Settings(Path(home), {}), pages.stream_of("x", "posts")
        pages.land(settings.landing, "x", "posts", accounts)
        rows = 0
        with raw.opened(settings.warehouse) as con:
            raw.ensure_tables(con)
            rows = loading.load_new(con, settings, "x", None, {stream.name})[stream.tables[0].name]
            con.execute("checkpoint")
        return {"rows": rows}

    return work


def taken_in(home: str, rows: int) -> Work:
    """Write a CSV into the inbox, then check, archive and load it."""
    settings = Settings(Path(home), {"WAREHOUSE_PERSON_KEY": "a-key-for-benchmarks"})
    folder = settings.inbox / "product_events"
    folder.mkdir(parents=True)
    with (folder / "events.csv").open("w", encoding="utf-8") as file:
        file.write("event_id,entity_type,entity_id,event_type,occurred_at,quantity\n")
        for number in range(rows):
            file.write(f"e{number},customer,c{number % 5000},login,2026-08-{number % 28 + 1:02d}T10:00:00Z,1\n")

    def work() -> dict:
        with raw.opened(settings.warehouse) as con:
            raw.ensure_tables(con)
            (outcome,) = inbox.take_in(con, settings)
            con.execute("checkpoint")
        return {"rows": outcome.loaded}

    return work
