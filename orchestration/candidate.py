"""The candidate: the marts of a build in a file of their own, written anew, read back whole, and then judged."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.raw import STORAGE
from orchestration.settings import REPOSITORY, Problem, Settings

Contents = dict[str, dict[str, int]]


def path_of(settings: Settings) -> Path:
    """Return where the file that the gate judges is written."""
    return settings.published / "versions" / ".candidate.duckdb"


def write(settings: Settings, run_id: str) -> Contents:
    """Write the marts of the build as a new file; return row count and content hash of each table."""
    candidate = path_of(settings)
    candidate.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    settings.published.chmod(0o750)
    for stale in (candidate, candidate.with_name(candidate.name + ".wal")):
        stale.unlink(missing_ok=True)
    if not settings.warehouse.exists():
        raise Problem(f"{settings.warehouse} does not exist: `warehouse run` builds it.")
    _check_room(settings)
    con = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    try:
        con.execute("set timezone = 'UTC'")
        _attach(con, settings.warehouse, "build", "read_only")
        _attach(con, candidate, "candidate", f"storage_version '{STORAGE}'")
        con.execute("create schema candidate.marts")
        tables = _tables(con, "build")
        if not tables:
            raise Problem(f"{settings.warehouse} holds no marts: `warehouse run` builds them.")
        for table in tables:
            con.execute(f'create table candidate.marts."{table}" as select * from build.marts."{table}"')
            _copy_comments(con, table)
        contents = {table: _contents(con, "candidate", table) for table in tables}
        _write_publication(con, run_id, contents)
        contents["publication"] = _contents(con, "candidate", "publication")
        con.execute("checkpoint candidate")
    except (duckdb.IOException, OSError) as error:
        con.close()
        candidate.unlink(missing_ok=True)
        free = shutil.disk_usage(candidate.parent).free
        raise Problem(
            f"{candidate} could not be written ({str(error).splitlines()[0]}; {free:,} bytes are free): "
            "make room and run again; the last publication is still served."
        ) from None
    finally:
        con.close()
    return contents


def _check_room(settings: Settings) -> None:
    needed = settings.warehouse.stat().st_size
    free = shutil.disk_usage(settings.published).free
    if free < needed:
        raise Problem(
            f"{settings.published} has {free:,} bytes free and a publication may need {needed:,}: "
            "make room and run again; the last publication is still served."
        )


def _attach(con: duckdb.DuckDBPyConnection, path: Path, name: str, options: str) -> None:
    quoted = str(path).replace("'", "''")
    try:
        con.execute(f"attach '{quoted}' as {name} ({options})")
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise
        raise Problem(f"{path} is in use by another process: wait until its run has ended, then run again.") from None


def _tables(con: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    rows = con.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = 'marts' order by table_name",
        [database],
    ).fetchall()
    return [row[0] for row in rows]


def _copy_comments(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Carry dbt's descriptions over, so that a BI tool shows what each column means."""
    described = con.execute(
        "select null, comment from duckdb_tables()"
        " where database_name = 'build' and schema_name = 'marts' and table_name = ?"
        " union all select column_name, comment from duckdb_columns()"
        " where database_name = 'build' and schema_name = 'marts' and table_name = ?",
        [table, table],
    ).fetchall()
    for column, comment in described:
        if comment:
            text = comment.replace("'", "''")
            what = f'column candidate.marts."{table}"."{column}"' if column else f'table candidate.marts."{table}"'
            con.execute(f"comment on {what} is '{text}'")


def _contents(con: duckdb.DuckDBPyConnection, database: str, table: str) -> dict[str, int]:
    """Read every value of a table: its row count and a hash that doesn't depend on the order of rows."""
    rows, digest = con.execute(f'select count(*), sum(hash(each)) from {database}.marts."{table}" as each').fetchone()
    return {"rows": rows, "hash": int(digest or 0)}


def _write_publication(con: duckdb.DuckDBPyConnection, run_id: str, contents: Contents) -> None:
    """One row about the publication itself. Only a file that passed is ever served, so its verdict is `passed`."""
    row_counts = json.dumps({table: content["rows"] for table, content in contents.items()})
    con.execute(
        """
        create table candidate.marts.publication as
        select
            cast(? as varchar) as run_id,
            cast(? as timestamptz) as published_at,
            (select last_date from build.intermediate.int_reporting_window) as data_through,
            'passed' as gate_verdict,
            cast(? as varchar) as row_counts,
            cast(? as varchar) as code_version
        """,
        [run_id, datetime.now(UTC), row_counts, _code_version()],
    )


def _code_version() -> str:
    done = subprocess.run(
        ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def read_back(path: Path) -> Contents:
    """Read every value of a file from disk; return row count and content hash of each table."""
    with duckdb.connect(str(path), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        database = con.execute("select current_database()").fetchone()[0]
        return {table: _contents(con, f'"{database}"', table) for table in _tables(con, database)}


def verify(path: Path, contents: Contents) -> None:
    """Compare what is on disk with what was written."""
    try:
        found = read_back(path)
    except duckdb.Error as error:
        raise Problem(
            f"{path} is damaged ({str(error).splitlines()[0]}): run again; the last publication is still served."
        ) from None
    if found != contents:
        changed = sorted(table for table in {*found, *contents} if found.get(table) != contents.get(table))
        raise Problem(f"{path} differs from what was written in {', '.join(changed)}: run again.")
