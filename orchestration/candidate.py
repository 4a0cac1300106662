"""The candidate: the marts of a build in a file of their own, written anew, read back whole, and then judged."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration import engine, raw, transform
from orchestration.scoring import calibration
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
    build, published = engine.of(settings), transform.published(settings)
    con = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    try:
        con.execute("set timezone = 'UTC'")
        tables = build.open_build(con)
        if not tables:
            raise Problem(f"{settings.warehouse} holds no marts: `warehouse run` builds them.")
        _check_room(settings)
        quoted = str(candidate).replace("'", "''")
        con.execute(f"attach '{quoted}' as candidate (storage_version '{raw.STORAGE}')")
        con.execute("begin")
        con.execute("create schema candidate.marts")
        for table, relation in tables.items():
            _copy(con, table, relation, published.get(table, {}))
        window = build.relation(con, "intermediate", "int_reporting_window")
        if calibration.TABLE in tables:
            calibration.fill(con, settings, window)
        contents = {table: _contents(con, "candidate", table) for table in tables}
        _write_publication(con, run_id, contents, window)
        contents["publication"] = _contents(con, "candidate", "publication")
        con.execute("commit")
        con.execute("checkpoint candidate")
    except (duckdb.IOException, OSError) as error:
        con.close()
        candidate.unlink(missing_ok=True)
        if str(settings.warehouse) in str(error):
            raise raw.refused(settings.warehouse, error) from None
        free = shutil.disk_usage(candidate.parent).free
        raise Problem(
            f"{candidate} could not be written ({str(error).splitlines()[0]}; {free:,} bytes are free): "
            "make room and run again; the last publication is still served."
        ) from None
    finally:
        con.close()
    return contents


def _check_room(settings: Settings) -> None:
    needed = settings.warehouse.stat().st_size if settings.warehouse.exists() else 0
    free = shutil.disk_usage(settings.published).free
    if free < needed:
        raise Problem(
            f"{settings.published} has {free:,} bytes free and a publication may need {needed:,}: "
            "make room and run again; the last publication is still served."
        )


def _copy(con: duckdb.DuckDBPyConnection, table: str, relation: str, declared: dict[str, Any]) -> None:
    """Copy one mart in the order and the types of its contract, with the descriptions that a BI tool shows."""
    columns = declared.get("columns", {})
    typed = ", ".join(f'cast("{name}" as {column["data_type"]}) as "{name}"' for name, column in columns.items())
    name = f'candidate.marts."{table}"'
    con.execute(f"create table {name} as select {typed or '*'} from {relation}")
    _comment(con, f"table {name}", declared.get("description"))
    for column in columns.values():
        _comment(con, f'column {name}."{column["name"]}"', column["description"])


def _comment(con: duckdb.DuckDBPyConnection, what: str, text: str | None) -> None:
    if text:
        quoted = text.replace("'", "''")
        con.execute(f"comment on {what} is '{quoted}'")


def _tables(con: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    rows = con.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = 'marts' order by table_name",
        [database],
    ).fetchall()
    return [row[0] for row in rows]


def _contents(con: duckdb.DuckDBPyConnection, database: str, table: str) -> dict[str, int]:
    """Read every value of a table: its row count and a hash that doesn't depend on the order of rows."""
    rows, digest = con.execute(f'select count(*), sum(hash(each)) from {database}.marts."{table}" as each').fetchone()
    return {"rows": rows, "hash": int(digest or 0)}


def _write_publication(con: duckdb.DuckDBPyConnection, run_id: str, contents: Contents, window: str) -> None:
    """One row about the publication itself. Only a file that passed is ever served, so its verdict is `passed`."""
    row_counts = json.dumps({table: content["rows"] for table, content in contents.items()})
    through, is_partial = _freshness(con) if "source_loads" in contents else ({}, False)
    con.execute(
        f"""
        create table candidate.marts.publication as
        select
            cast(? as varchar) as run_id,
            cast(? as timestamptz) as published_at,
            (select last_date from {window}) as data_through,
            'passed' as gate_verdict,
            cast(? as varchar) as row_counts,
            cast(? as varchar) as code_version,
            cast(? as varchar) as sources_through,
            cast(? as boolean) as is_partial
        """,
        [run_id, datetime.now(UTC), row_counts, _code_version(), json.dumps(through), is_partial],
    )
    _comment(con, "column candidate.marts.publication.sources_through", "Newest day that each source brought, JSON.")
    _comment(con, "column candidate.marts.publication.is_partial", "A source did not bring all that was asked of it.")


def _freshness(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], bool]:
    """Return the newest day that each source brought, and whether any window is still missing."""
    rows = con.execute(
        """
        select
            source,
            strftime(max(window_date) filter (where status = 'loaded'), '%Y-%m-%d'),
            bool_or(status = 'failed')
        from candidate.marts.source_loads where source <> 'files' group by source order by source
        """
    ).fetchall()
    return {source: newest for source, newest, _ in rows}, any(is_missing for _, _, is_missing in rows)


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
