"""The build file and its raw tables: what each source and kind of dropped file declares, the ledger, the accounts.

A table holds its declared columns and account_id, window_date, captured_at, landing_file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from connectors import SOURCES
from connectors.files import KINDS
from connectors.streams import Account, Table
from orchestration.settings import Problem

STORAGE = "v1.4.0"  # what DuckDB 1.4, 1.5 and 2.0 all read, and what refuses a stale WAL
META = {
    "account_id": "VARCHAR",
    "window_date": "DATE",
    "captured_at": "TIMESTAMPTZ",
    "landing_file": "VARCHAR",
}
LEDGER = """
    create table if not exists raw_registry.loads (
        source varchar, stream varchar, account_id varchar, window_date date, captured_at timestamptz,
        landing_file varchar, status varchar, row_count bigint, page_count bigint, request_count bigint,
        error varchar, sha256 varchar, loaded_at timestamptz
    )
"""
REGISTRY = """
    create table if not exists raw_registry.accounts (
        brand_id varchar, brand_name varchar, zone varchar, currency varchar, source varchar, account_id varchar,
        handle varchar
    )
"""


class Damaged(Problem):
    """The build file can't be read."""


@contextmanager
def opened(warehouse: Path, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the build file for the length of a `with`; one process at a time may."""
    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    if not read_only:
        config["storage_compatibility_version"] = STORAGE
    try:
        con = duckdb.connect(str(warehouse), read_only=read_only, config=config)
    except duckdb.IOException as error:
        raise refused(warehouse, error) from None
    try:
        con.execute("set timezone = 'UTC'")
        yield con
    finally:
        con.close()


def refused(warehouse: Path, error: duckdb.Error) -> Problem:
    """Return what is the matter with a build file that can't be opened or read."""
    if "Could not set lock" in str(error):
        return Problem(f"{warehouse} is in use by another process: wait until its run has ended, then run again.")
    return Damaged(f"{warehouse} can't be read ({str(error).splitlines()[0]}): `warehouse rebuild` makes it anew.")


def has_ledger(con: duckdb.DuckDBPyConnection) -> bool:
    """Say whether any load ever began: a first run that was killed early leaves a file without tables."""
    return con.execute("select count(*) from duckdb_tables() where schema_name = 'raw_registry'").fetchone()[0] > 0


def ensure_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create every declared table that is missing, and add columns that a newer declaration has."""
    con.execute("create schema if not exists raw_registry")
    con.execute(LEDGER)
    con.execute(REGISTRY)
    for source in SOURCES.values():
        con.execute(f"create schema if not exists raw_{source.name}")
        for stream in source.streams:
            for table in stream.tables:
                _ensure(con, f"raw_{source.name}.{table.name}", _columns(con, table))
    con.execute("create schema if not exists raw_files")
    for kind in KINDS.values():
        _ensure(con, f"raw_files.{kind.name}", {**kind.raw_columns, "file": "VARCHAR", "line": "BIGINT"})


def _columns(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    nothing = f"""
        select parsed.asked, parsed.status, parsed.body, '' as landing_file
        from (select from_json('{{}}', '{structure(table)}') as parsed) where false
    """
    described = con.execute(f"describe with page as ({nothing}) {table.select}").fetchall()
    return {name: kind for name, kind, *_ in described} | META


def structure(table: Table) -> str:
    """Return the `from_json` structure of a line of a page file, quoted for SQL."""
    return json.dumps({"asked": "VARCHAR", "status": "INTEGER", "body": table.schema}).replace("'", "''")


def _ensure(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str]) -> None:
    declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    con.execute(f"create table if not exists {name} ({declared})")
    present = {row[0] for row in con.execute(f"describe {name}").fetchall()}
    for column, kind in columns.items():
        if column not in present:
            con.execute(f'alter table {name} add column "{column}" {kind}')


def register_accounts(con: duckdb.DuckDBPyConnection, accounts: list[Account], brand_names: dict[str, str]) -> None:
    """Replace the registry of accounts by what accounts.yml says now."""
    con.execute("begin")
    con.execute("delete from raw_registry.accounts")
    for account in accounts:
        con.execute(
            "insert into raw_registry.accounts values (?, ?, ?, ?, ?, ?, ?)",
            [
                account.brand_id,
                brand_names[account.brand_id],
                account.zone,
                account.currency,
                account.source,
                account.account_id,
                account.handle,
            ],
        )
    con.execute("commit")
