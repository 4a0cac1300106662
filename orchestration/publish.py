"""Publication: a new file, checked whole, then one flip of a symlink; readers never see anything else.

published/versions/.candidate.duckdb       the marts of this build, which the gate judges
published/versions/marts-<UTC>-<run>.duckdb what passed, under a name that is never used twice
published/marts.duckdb                     a symlink to the version that is served
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration import gate
from orchestration.raw import STORAGE
from orchestration.settings import REPOSITORY, Problem, Settings

VERSIONS_KEPT = 7
SERVED = "marts.duckdb"


@dataclass(frozen=True)
class Version:
    """One publication: the file, and what its manifest says of it."""

    path: Path
    manifest: dict[str, Any]


def candidate_path(settings: Settings) -> Path:
    """Return where the file that the gate judges is written."""
    return settings.published / "versions" / ".candidate.duckdb"


def write_candidate(settings: Settings, run_id: str) -> dict[str, dict[str, int]]:
    """Write the marts of the build as a new file; return row count and content hash of each table."""
    candidate = candidate_path(settings)
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


def _write_publication(con: duckdb.DuckDBPyConnection, run_id: str, contents: dict[str, dict[str, int]]) -> None:
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


def verify(path: Path, contents: dict[str, dict[str, int]]) -> None:
    """Scan the whole file once more from disk and compare it with what was written."""
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            con.execute("set timezone = 'UTC'")
            database = con.execute("select current_database()").fetchone()[0]
            found = {table: _contents(con, f'"{database}"', table) for table in _tables(con, database)}
    except duckdb.Error as error:
        raise Problem(
            f"{path} is damaged ({str(error).splitlines()[0]}): run again; the last publication is still served."
        ) from None
    if found != contents:
        changed = sorted(table for table in {*found, *contents} if found.get(table) != contents.get(table))
        raise Problem(f"{path} differs from what was written in {', '.join(changed)}: run again.")


def publish(settings: Settings, run_id: str) -> Version:
    """Serve the candidate if the gate's verdict on exactly these bytes is good; else refuse and leave all as it is."""
    candidate = candidate_path(settings)
    if not candidate.exists():
        raise Problem("there is no candidate to publish: `warehouse run` builds and judges one.")
    verdict = gate.read_verdict(settings)
    if verdict is None or verdict["sha256"] != sha256(candidate):
        raise Problem("the gate has not judged this candidate: `warehouse run` does both in one go.")
    refusal = gate.refusal(verdict)
    if refusal:
        raise Problem(refusal)
    with duckdb.connect(str(candidate), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        database = con.execute("select current_database()").fetchone()[0]
        contents = {table: _contents(con, f'"{database}"', table) for table in _tables(con, database)}
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    version = candidate.with_name(f"marts-{stamp}-{run_id[:8]}.duckdb")
    manifest = {
        "run_id": run_id,
        "published_at": stamp,
        "sha256": verdict["sha256"],
        "tables": contents,
        "expectations": verdict["results"],
    }
    candidate.chmod(0o640)
    _flush(candidate)
    version.with_suffix(".json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    candidate.replace(version)
    _flush(version.parent)
    _flip(settings, version)
    _prune(settings)
    return Version(version, manifest)


def sha256(path: Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flip(settings: Settings, version: Path) -> None:
    link = settings.published / SERVED
    beside = link.with_name(f".{SERVED}.tmp")
    beside.unlink(missing_ok=True)
    beside.symlink_to(version.relative_to(settings.published))
    beside.replace(link)
    _flush(settings.published)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def versions(settings: Settings) -> list[Version]:
    """Return what was published and is kept, oldest first."""
    folder = settings.published / "versions"
    found = []
    for path in sorted(folder.glob("marts-*.duckdb")):
        manifest = path.with_suffix(".json")
        if manifest.exists():
            found.append(Version(path, json.loads(manifest.read_text(encoding="utf-8"))))
    return found


def served(settings: Settings) -> Path | None:
    """Return the version that readers get, or None before the first publication."""
    link = settings.published / SERVED
    return link.resolve() if link.exists() else None


def _prune(settings: Settings) -> None:
    current = served(settings)
    for version in versions(settings)[:-VERSIONS_KEPT]:
        if version.path.resolve() != current:
            version.path.unlink()
            version.path.with_suffix(".json").unlink()


def rollback(settings: Settings) -> Version:
    """Serve the version before the one that is served now."""
    current = served(settings)
    earlier = [version for version in versions(settings) if current and version.path.resolve() < current]
    if not earlier:
        raise Problem("there is no earlier publication to go back to: `warehouse status` lists what is kept.")
    _flip(settings, earlier[-1].path)
    return earlier[-1]
