"""Dropped files: checked row by row, loaded, archived; what breaks its kind's schema is kept aside with the reason.

inbox/<kind>/<file> → archive/<kind>/<name>.<content hash>.parquet (personal columns hashed) → raw_files.<kind>
rows that don't fit → quarantine/<kind>/<name>.<content hash>.ndjson with line and reason; a file that can't be read
stays in the inbox as <file>.refused, its reason in the quarantine. The archive is what `warehouse rebuild` reads.
"""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.files import KINDS, Kind
from connectors.personal import person_key, without_personal_parameters
from orchestration.settings import Settings

SUFFIXES = (".csv", ".ndjson", ".parquet")


@dataclass(frozen=True)
class Outcome:
    """What became of one dropped file; `refusal` is a sentence when nothing of it could be read."""

    kind: str
    file: str
    loaded: int
    quarantined: int
    refusal: str | None = None

    @property
    def sentence(self) -> str:
        """Say what was set aside and where it lies."""
        if self.refusal:
            return f"{self.refusal}; it is left in landing/inbox/{self.kind}/."
        return (
            f"{self.kind}/{self.file}: {self.quarantined} row(s) set aside with line and reason in "
            f"landing/quarantine/{self.kind}/, {self.loaded} loaded."
        )


class UnreadableFile(Exception):
    """A dropped file of which no row can be trusted."""


def take_in(con: duckdb.DuckDBPyConnection, settings: Settings, kinds: set[str] | None = None) -> list[Outcome]:
    """Check, archive and load every file of the inbox; return what became of each."""
    outcomes = []
    for kind in KINDS.values():
        if kinds is not None and kind.name not in kinds:
            continue
        folder = settings.inbox / kind.name
        listed = sorted(folder.glob("*")) if folder.is_dir() else []
        dropped = [path for path in listed if path.suffix.lower() in SUFFIXES]
        outcomes += [_take(con, settings, kind, path) for path in dropped]
    return outcomes


def _take(con: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, path: Path) -> Outcome:
    digest = _digest(path)
    aside = settings.landing / "quarantine" / kind.name / f"{path.stem}.{digest}.ndjson"
    try:
        _read(con, kind, path)
    except (UnreadableFile, duckdb.Error) as error:
        reason = f"{kind.name}/{path.name} was refused whole: {str(error).splitlines()[0]}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps({"file": path.name, "reason": reason}) + "\n", encoding="utf-8")
        # It stays where its owner put it, under a name that is not read again: nothing of it was hashed.
        path.replace(path.with_name(path.name + ".refused"))
        return Outcome(kind.name, path.name, 0, 0, reason)
    _judge(con, kind, header_lines=1 if path.suffix.lower() == ".csv" else 0)
    if _digest(path) != digest:
        return Outcome(kind.name, path.name, 0, 0, f"{kind.name}/{path.name} is still being written")
    quarantined = _set_aside(con, settings, kind, aside)
    archive = settings.landing / "archive" / kind.name / f"{path.stem}.{digest}.parquet"
    _archive(con, settings, kind, archive)
    loaded = load_archived(con, settings, kind, archive)
    path.unlink()
    return Outcome(kind.name, path.name, loaded, quarantined)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _read(con: duckdb.DuckDBPyConnection, kind: Kind, path: Path) -> None:
    """Fill temp table `dropped` with every value as text and the line it stood in; structural faults apart."""
    con.execute("create or replace temp table misread (line bigint, reason varchar)")
    reader = {".csv": _read_csv, ".ndjson": _read_ndjson, ".parquet": _read_parquet}[path.suffix.lower()]
    reader(con, kind, path)
    found = [row[0] for row in con.execute("describe dropped").fetchall() if row[0] != "ordinal"]
    _check_header(kind, found)


def _read_csv(con: duckdb.DuckDBPyConnection, kind: Kind, path: Path) -> None:
    header = _csv_header(path)
    _check_header(kind, header)
    con.execute("drop table if exists reject_scans; drop table if exists reject_errors")
    con.execute(
        f"""
        create or replace temp table dropped as
        select row_number() over () as ordinal, * from read_csv(
            ?, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', parallel = false,
            store_rejects = true, auto_detect = false, columns = {_columns_argument(header)}
        )
        """,
        [str(path)],
    )
    con.execute("insert into misread select line, any_value(error_message) from reject_errors group by line")
    read = con.execute("select (select count(*) from dropped) + (select count(*) from misread)").fetchone()[0]
    # DuckDB ends at a quote that is never closed, and says nothing of what it left out.
    if read != _csv_records(path):
        raise UnreadableFile("a quote is opened and never closed; mend it and drop the file again")


def _csv_records(path: Path) -> int:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return sum(1 for row in csv.reader(file, strict=True) if row) - 1
    except csv.Error as error:
        raise UnreadableFile(f"its quotes don't fit ({error}); mend them and drop the file again") from None


def _read_ndjson(con: duckdb.DuckDBPyConnection, kind: Kind, path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    con.execute("create or replace temp table lines as select unnest(?) as line", [lines])
    known = ", ".join(f"'{name}'" for name in kind.columns)
    unknown = con.execute(
        "select distinct key from (select unnest(json_keys(try_cast(line as json))) as key from lines"
        f" where json_type(try_cast(line as json)) = 'OBJECT') where key not in ({known}) order by key"
    ).fetchall()
    if unknown:
        raise UnreadableFile(f"unknown key {', '.join(row[0] for row in unknown)}; known are {', '.join(kind.columns)}")
    values = ", ".join(f"try_cast(line as json) ->> '{name}' as \"{name}\"" for name in kind.columns)
    con.execute(f"create or replace temp table dropped as select row_number() over () as ordinal, {values} from lines")


def _read_parquet(con: duckdb.DuckDBPyConnection, kind: Kind, path: Path) -> None:  # noqa: ARG001
    con.execute(
        "create or replace temp table dropped as select row_number() over () as ordinal, * from read_parquet(?)",
        [str(path)],
    )


def _csv_header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), [])
    except UnicodeDecodeError:
        raise UnreadableFile("it is not UTF-8; save it as CSV UTF-8 and drop it again") from None


def _columns_argument(header: list[str]) -> str:
    declared = ", ".join(f"'{name}': 'VARCHAR'" for name in header)
    return "{" + declared + "}"


def _check_header(kind: Kind, found: list[str]) -> None:
    unknown = sorted(set(found) - set(kind.columns))
    missing = sorted(kind.required - set(found))
    if unknown:
        raise UnreadableFile(f"unknown column {', '.join(unknown)}; known are {', '.join(kind.columns)}")
    if missing:
        raise UnreadableFile(f"column {', '.join(missing)} is missing")
    if len(set(found)) < len(found):
        raise UnreadableFile("a column stands twice in the header")


def _judge(con: duckdb.DuckDBPyConnection, kind: Kind, header_lines: int) -> None:
    """Fill temp table `judged`: typed columns, the line, and the reason why a row can't be taken (NULL: fine)."""
    found = {row[0] for row in con.execute("describe dropped").fetchall()}
    typed, faults = [], []
    for name, kind_of_value in kind.columns.items():
        text = f"nullif(trim(cast(\"{name}\" as varchar)), '')" if name in found else "cast(null as varchar)"
        typed.append(f'try_cast({text} as {kind_of_value}) as "{name}"')
        if name in kind.required:
            faults.append(f"when {text} is null then '{name} is empty'")
        faults.append(
            f"when {text} is not null and try_cast({text} as {kind_of_value}) is null"
            f" then '{name} is not a {kind_of_value}'"
        )
        if name in kind.allowed:
            allowed = ", ".join(f"'{value}'" for value in sorted(kind.allowed[name]))
            faults.append(f"when {text} not in ({allowed}) then '{name} is none of {allowed.replace(chr(39), '')}'")
    con.execute(
        f"""
        create or replace temp table judged as
        with misread_ranked as (
            select line, line - {header_lines} - row_number() over (order by line) as good_rows_before from misread
        )
        select
            {", ".join(typed)},
            -- each misread line before a row shifts it by one
            ordinal + {header_lines} + (select count(*) from misread_ranked where good_rows_before < ordinal) as line,
            case {" ".join(faults)} end as reason
        from dropped
        """
    )


def _set_aside(con: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, aside: Path) -> int:
    """Write the rows that can't be taken beside their reasons, personal values hashed; return how many."""
    bad = con.execute("select * from judged where reason is not null order by line").fetchall()
    names = [column[0] for column in con.description]
    lines = [{name: _kept(settings, kind, name, value) for name, value in zip(names, row, strict=True)} for row in bad]
    lines += [
        {"line": line, "reason": reason}
        for line, reason in con.execute("select line, reason from misread order by line").fetchall()
    ]
    if lines:
        aside.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(line, default=str, ensure_ascii=False) + "\n" for line in lines)
        aside.write_text(text, encoding="utf-8")
    return len(lines)


def _kept(settings: Settings, kind: Kind, name: str, value: object) -> object:
    """Return a value as it may be kept: e-mail addresses hashed, page addresses with their utm_* alone."""
    if value is None or (name not in kind.hashed and name not in kind.addresses):
        return value
    return (
        person_key(str(value), settings.person_key) if name in kind.hashed else without_personal_parameters(str(value))
    )


def _archive(con: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, archive: Path) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    columns, joins = [], []
    for name in kind.columns:
        if name in kind.hashed or name in kind.addresses:
            _keep_column(con, settings, kind, name)
            columns.append(f'"kept_{name}"."kept" as "{kind.hashed.get(name, name)}"')
            joins.append(f'left join "kept_{name}" on "kept_{name}"."value" = judged."{name}"')
        else:
            columns.append(f'judged."{name}"')
    beside = archive.with_name(archive.name + ".tmp")
    con.execute(
        f"copy (select {', '.join(columns)}, judged.line from judged {' '.join(joins)}"
        f" where judged.reason is null order by judged.line) to '{_quoted(beside)}' (format parquet)"
    )
    beside.replace(archive)


def _keep_column(con: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, name: str) -> None:
    values = con.execute(f'select distinct "{name}" from judged where "{name}" is not null').fetchall()
    con.execute(f'create or replace temp table "kept_{name}" ("value" varchar, "kept" varchar)')
    if values:
        con.execute(
            f'insert into "kept_{name}" select unnest(?), unnest(?)',
            [[value for (value,) in values], [_kept(settings, kind, name, value) for (value,) in values]],
        )


def load_archived(con: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, archive: Path) -> int:
    """Replace the rows of one archived file in its raw table; return how many there are."""
    file = str(archive.relative_to(settings.landing))
    con.execute("begin")
    try:
        con.execute(f"delete from raw_files.{kind.name} where file = ?", [file])
        count = con.execute(
            f"insert into raw_files.{kind.name} by name select *, ? as file from read_parquet(?)",
            [file, str(archive)],
        ).fetchone()[0]
        con.execute("delete from raw_registry.loads where landing_file = ?", [file])
        con.execute(
            "insert into raw_registry.loads (source, stream, landing_file, status, row_count, loaded_at)"
            " values ('files', ?, ?, 'loaded', ?, current_timestamp)",
            [kind.name, file, count],
        )
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")
    return count


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
