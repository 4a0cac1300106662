"""The ledger of loads: each capture with its rows, and each window that failed or was skipped, with the reason."""

from __future__ import annotations

import duckdb

from orchestration import shortfalls
from orchestration.landing import Capture
from orchestration.settings import Settings
from orchestration.shortfalls import Shortfall

WINDOW = "source = ? and stream = ? and account_id = ? and window_date = ?"


def known(con: duckdb.DuckDBPyConnection, source: str, stream: str) -> dict[str, str]:
    """Return the page files that were loaded, each with the hash it had then."""
    rows = con.execute(
        "select landing_file, sha256 from raw_registry.loads where source = ? and stream = ? and status = 'loaded'",
        [source, stream],
    ).fetchall()
    return dict(rows)


def forgive(con: duckdb.DuckDBPyConnection, captures: list[Capture]) -> None:
    """Forget that a window failed, or was skipped, once it was captured."""
    missed = con.execute(
        "select distinct source, stream, account_id, cast(window_date as varchar) from raw_registry.loads"
        " where status <> 'loaded'"
    ).fetchall()
    came = {(one.source, one.stream, one.account_id, one.window_date) for one in captures}
    for key in came.intersection(missed):
        con.execute(f"delete from raw_registry.loads where status <> 'loaded' and {WINDOW}", key)


def enter(con: duckdb.DuckDBPyConnection, source: str, stream: str) -> None:
    """Enter the captures of temp table `capture`, with the rows that temp table `loaded` counts of each."""
    con.execute("delete from raw_registry.loads where landing_file in (select landing_file from capture)")
    con.execute(
        f"""
        insert into raw_registry.loads by name
        select
            '{source}' as source, '{stream}' as stream, account_id, window_date, captured_at, landing_file,
            'loaded' as status, coalesce(row_count, 0) as row_count, page_count, request_count, sha256,
            current_timestamp as loaded_at
        from capture
        left join (
            select landing_file, cast(sum(row_count) as bigint) as row_count from loaded group by landing_file
        ) using (landing_file)
        """
    )


def enter_failures(
    con: duckdb.DuckDBPyConnection, settings: Settings, source: str, streams: set[str] | None = None
) -> list[str]:
    """Enter in the ledger what the last fetch could not bring; return why what failed did, one sentence each.

    What the source does not tell, and what an optional stream is not permitted, is skipped and has not failed.
    """
    found = [one for one in shortfalls.read(settings, source) if streams is None or one.stream in streams]
    for one in found:
        _enter_shortfall(con, one)
    return list(dict.fromkeys(one.reason for one in found if one.is_failure))


def enter_skipped(con: duckdb.DuckDBPyConnection, settings: Settings, source: str) -> None:
    """Enter in a new ledger what was skipped in any run, unless its window was captured after all."""
    for one in shortfalls.skipped(settings, source):
        key = [one.source, one.stream, one.account_id, one.window_date]
        if not con.execute(f"select 1 from raw_registry.loads where status = 'loaded' and {WINDOW}", key).fetchone():
            _enter_shortfall(con, one)


def _enter_shortfall(con: duckdb.DuckDBPyConnection, one: Shortfall) -> None:
    key = [one.source, one.stream, one.account_id, one.window_date]
    con.execute(f"delete from raw_registry.loads where status <> 'loaded' and {WINDOW}", key)
    con.execute(
        "insert into raw_registry.loads (source, stream, account_id, window_date, status, error, loaded_at)"
        " values (?, ?, ?, ?, ?, ?, current_timestamp)",
        [*key, "failed" if one.is_failure else "skipped", one.reason],
    )
