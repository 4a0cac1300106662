"""Loading: page files become typed rows, in one transaction with their ledger rows.

The unit of replacement is the page file: loading it again deletes its rows and inserts them anew, so twice is once.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

from connectors import SOURCES
from connectors.streams import Stream, Table
from orchestration import drift, lake, landing, ledger
from orchestration.landing import Capture
from orchestration.raw import structure
from orchestration.settings import Problem, Settings

FILES_A_TRANSACTION = 100  # what is parsed at once decides how much memory a load takes


def load_new(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: str,
    days: list[date] | None,
    streams: set[str] | None = None,
    drifts: list[drift.Drift] | None = None,
) -> dict[str, int]:
    """Load what was landed around `days` (None: ever) and is not in the ledger; return rows by table.

    What drifted in the pages is added to `drifts`, where it is given.
    """
    counts: dict[str, int] = {}
    for stream in SOURCES[source].streams:
        if streams is not None and stream.name not in streams:
            continue
        known = ledger.known(con, source, stream.name)
        first = min(days) - timedelta(days=stream.restates_days) if days else date.min
        revisited = {(day - timedelta(days=age)).isoformat() for day in days or () for age in stream.revisits}
        # A snapshot of the run of day D is filed under the day of its capture, one later.
        last = max(days) + timedelta(days=1) if days else date.max
        # Inside the run's days a file may have been replaced; outside, only one that was never loaded is news.
        seen = [
            capture
            for sidecar in landing.sidecars(settings.landing, source, stream.name)
            if first.isoformat() <= sidecar.parent.name <= last.isoformat()
            or sidecar.parent.name in revisited
            or landing.file_of(sidecar) not in known
            for capture in [landing.read(sidecar)]
        ]
        fresh = [capture for capture in seen if known.get(capture.file) != capture.sha256]
        ledger.forgive(con, seen)
        for table in stream.tables:
            counts[table.name] = 0
        for start in range(0, len(fresh), FILES_A_TRANSACTION):
            batch = fresh[start : start + FILES_A_TRANSACTION]
            for table, count in load(con, settings, stream, batch).items():
                counts[table] += count
        if drifts is not None:
            blocking, renewed = drift.blocking(con, source, stream.name), {one.account_id for one in fresh}
            still = [one for one in seen if one.file in blocking and one.account_id not in renewed]
            drifts += drift.check(con, settings, stream, fresh + still)
    return counts


def load(con: duckdb.DuckDBPyConnection, settings: Settings, stream: Stream, captures: list[Capture]) -> dict[str, int]:
    """Replace the rows of `captures` in every table of `stream` and enter them in the ledger, all or nothing."""
    con.execute("set threads = 1")
    con.execute("begin")
    try:
        counts = _load(con, settings, stream, captures)
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")
    return counts


def _load(
    con: duckdb.DuckDBPyConnection, settings: Settings, stream: Stream, captures: list[Capture]
) -> dict[str, int]:
    con.execute(
        "create or replace temp table capture (path varchar, landing_file varchar, account_id varchar,"
        " window_date date, captured_at timestamptz, page_count bigint, request_count bigint, sha256 varchar)"
    )
    rows = [
        (
            str(capture.path(settings.landing)),
            capture.file,
            capture.account_id,
            capture.window_date,
            capture.captured_at,
            capture.page_count,
            capture.request_count,
            capture.sha256,
        )
        for capture in captures
    ]
    con.execute(
        f"insert into capture select {', '.join(['unnest(?)'] * len(rows[0]))}",
        [list(column) for column in zip(*rows, strict=True)],
    )
    source = captures[0].source
    _read_pages(con, settings, stream, captures)
    _check_pages(con)
    counts: dict[str, int] = {}
    con.execute("create or replace temp table loaded (landing_file varchar, row_count bigint, key_count bigint)")
    for table in stream.tables:
        name = f"raw_{source}.{table.name}"
        con.execute(f"delete from {name} where landing_file in (select landing_file from capture)")
        con.execute(
            f"""
            insert into {name} by name
            select typed.*, capture.account_id, capture.window_date, capture.captured_at
            from ({table.select}) as typed
            inner join capture using (landing_file)
            """
        )
        if _count(con, name, table):
            _drop_repeats(con, name, table)
            _count(con, name, table)
        counts[table.name] = con.execute("select coalesce(sum(row_count), 0) from counted").fetchone()[0]
        con.execute("insert into loaded from counted")
    if settings.engine == "spark":
        lake.move(con, settings, source, stream.tables)
    ledger.enter(con, source, stream.name)
    return counts


def _read_pages(con: duckdb.DuckDBPyConnection, settings: Settings, stream: Stream, captures: list[Capture]) -> None:
    """Parse every page of the captures; a file that is none any more is refused by name."""
    try:
        con.execute(
            f"""
            create or replace temp table page as
            select parsed.asked, parsed.status, parsed.body, landing_file
            from (
                select
                    from_json(json, '{structure(stream.tables[0])}') as parsed,
                    substr(filename, ?) as landing_file
                from read_ndjson_objects(?, filename = true, maximum_object_size = 67108864)
            )
            """,
            [len(f"{settings.landing}/") + 1, [str(capture.path(settings.landing)) for capture in captures]],
        )
    except (duckdb.IOException, duckdb.InvalidInputException):
        for capture in captures:
            if not landing.is_whole(settings.landing, capture):
                raise _damaged(capture.file, capture.window_date) from None
        raise


def _count(con: duckdb.DuckDBPyConnection, name: str, table: Table) -> bool:
    """Count what each capture brought to a table; say whether rows of one file may agree in the table's key."""
    keys = f"count(distinct hash({', '.join(table.key)}))" if table.key else "count(*)"
    con.execute(
        f"""
        create or replace temp table counted as
        select landing_file, count(*) as row_count, {keys} as key_count
        from {name} where landing_file in (select landing_file from capture) group by landing_file
        """
    )
    return con.execute("select 1 from counted where key_count < row_count limit 1").fetchone() is not None


def _drop_repeats(con: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    """Keep the first of the rows of a file that agree in the table's key."""
    loaded = f"from {name} where landing_file in (select landing_file from capture)"
    first = f"select min(rowid) {loaded} group by {', '.join(['landing_file', *table.key])}"
    con.execute(f"delete from {name} where rowid in (select rowid {loaded}) and rowid not in ({first})")


def _check_pages(con: duckdb.DuckDBPyConnection) -> None:
    """Refuse a file with fewer pages than were landed: DuckDB reads a truncated zstd file without a word."""
    short = con.execute(
        "select landing_file, window_date from capture left join page using (landing_file)"
        " group by landing_file, window_date, page_count having count(asked) <> page_count limit 1"
    ).fetchone()
    if short:
        raise _damaged(*short)


def _damaged(file: str, window: str) -> Problem:
    return Problem(
        f"landing/{file} is damaged: `warehouse run --date {window}` fetches the window again, unless it is"
        " a snapshot; then restore the file from a backup or delete it."
    )
