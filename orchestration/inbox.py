"""Dropped files: checked row by row, loaded, archived; what breaks its kind's schema is kept aside with the reason.

inbox/<kind>/<file> → archive/<kind>/<name>.<instant>.<content hash>.parquet → raw_files.<kind>
rows that don't fit → quarantine/<kind>/<name>.<content hash>.ndjson with line and reason; a file that can't be read
stays in the inbox as <file>.refused, its reason in the quarantine. Personal columns are hashed as a file is read. The
archive is what `warehouse rebuild` reads; of two files of one name the later sorts last, and so has the last word.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

import duckdb

from connectors.files import KINDS, Kind
from connectors.personal import person_key, without_personal_parameters
from orchestration.dropped import ROWS, UnreadableFile, records
from orchestration.settings import Settings

SUFFIXES = (".csv", ".ndjson", ".parquet")
REFUSED = ".refused"
LONGEST_NAME = 200  # bytes; an archived file has an instant and a hash in its name too
SETTLED_S = 1.0  # a file that was changed within the last second may still be growing


@dataclass(frozen=True)
class Outcome:
    """What became of one dropped file; `refusal` is a sentence when nothing of it was taken."""

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


def take_in(con: duckdb.DuckDBPyConnection, settings: Settings, kinds: set[str] | None = None) -> list[Outcome]:
    """Check, archive and load every file of the inbox; return what became of each."""
    waiting = {
        path: _state(path)
        for kind in KINDS
        if kinds is None or kind in kinds
        for path in sorted((settings.inbox / kind).glob("*"))
        if path.suffix.lower() in SUFFIXES and not _unfit(path)
    }
    youngest = max((changed_ns for _, changed_ns in waiting.values()), default=0)
    time.sleep(min(SETTLED_S, max(0.0, SETTLED_S - time.time() + youngest / 1e9)))
    taken = [_take(con, settings, KINDS[path.parent.name], path, state) for path, state in waiting.items()]
    return taken + misplaced(settings)


def misplaced(settings: Settings) -> list[Outcome]:
    """Name what no kind will ever take: files in a mistyped folder or none, of another suffix, or what is no file."""
    found = []
    for path in sorted(settings.inbox.rglob("*")):
        folder = str(path.parent.relative_to(settings.inbox))
        is_meant = path.suffix.lower() in SUFFIXES
        if not (path.is_file() or is_meant) or path.name.startswith(".") or path.suffix == REFUSED:
            continue
        name, unfit = os.fsencode(path.name).decode(errors="replace"), _unfit(path)
        if folder not in KINDS:
            meant = get_close_matches(folder, KINDS, 1)
            remedy = f"did you mean {meant[0]}?" if meant else f"the kinds are {', '.join(KINDS)}"
            found.append(Outcome(folder, name, 0, 0, f"{folder}/ is no kind of file, {name} waits: {remedy}"))
        elif not is_meant:
            sentence = f"{folder}/{name} is none of {', '.join(SUFFIXES)}: save it as CSV UTF-8"
            found.append(Outcome(folder, name, 0, 0, sentence))
        elif unfit:
            found.append(Outcome(folder, name, 0, 0, f"{folder}/{name} can't be taken: {unfit}"))
    return found


def _unfit(path: Path) -> str | None:
    """Return why a file can't be opened or archived whatever it holds, None if it can."""
    if not path.is_file():
        return "it is a folder, a pipe or a link to nothing, drop a file"
    if not os.access(path, os.R_OK):
        return "this user may not read it"
    name = os.fsencode(path.name)
    if len(name) > LONGEST_NAME or name.decode(errors="replace") != path.name:
        return f"its name is no UTF-8 of at most {LONGEST_NAME} bytes, drop it under another one"
    return None


def _state(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_size, told.st_mtime_ns


def _take(
    con: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, path: Path, state: tuple[int, int]
) -> Outcome:
    growing = Outcome(kind.name, path.name, 0, 0, f"{kind.name}/{path.name} is still being written")
    if _state(path) != state:
        return growing
    digest = _digest(path)
    aside = settings.landing / "quarantine" / kind.name / f"{path.stem}.{digest}.ndjson"
    try:
        _judge(con, settings, kind, path)
    except (UnreadableFile, duckdb.Error) as error:
        if _state(path) != state:
            return growing
        return _refuse(kind, path, aside, str(error).splitlines()[0])
    if _state(path) != state:
        return growing
    quarantined = _set_aside(con, aside)
    archive = _archive(con, settings, kind, path, digest)
    loaded = load_archived(con, settings, kind, archive) if archive else 0
    path.unlink()
    return Outcome(kind.name, path.name, loaded, quarantined)


def _refuse(kind: Kind, path: Path, aside: Path, flaw: str) -> Outcome:
    reason = f"{kind.name}/{path.name} was refused whole: {flaw}"
    aside.parent.mkdir(parents=True, exist_ok=True)
    aside.write_text(json.dumps({"file": path.name, "reason": reason}) + "\n", encoding="utf-8")
    # It stays where its owner put it, under a name that is not read again: nothing of it was hashed.
    path.replace(path.with_name(path.name + REFUSED))
    return Outcome(kind.name, path.name, 0, 0, reason)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _judge(con: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, path: Path) -> None:
    """Fill temp table `judged`: typed columns, the line, and the reason why a row can't be taken (NULL: fine)."""
    treatments = [_treatment(settings, kind, name) for name in kind.columns]
    with tempfile.TemporaryDirectory(dir=settings.landing) as folder:
        spread = Path(folder) / "spread.csv"
        with spread.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for record in records(con, kind, path):
                values = record.values or ("",) * len(treatments)
                kept = [
                    treat(value) if treat and value else value for treat, value in zip(treatments, values, strict=True)
                ]
                writer.writerow([record.line, record.flaw or "", *kept])
        columns = {"line": "BIGINT", "flaw": "VARCHAR"} | {f"{name}_text": "VARCHAR" for name in kind.columns}
        con.execute(
            f"create or replace temp table judged as select {_typed(kind)}, line, {_reason(kind)} as reason"
            f" from read_csv(?, columns = {columns}, header = false, auto_detect = false, delim = ',', quote = '\"',"
            " escape = '\"', parallel = false, new_line = '\\n', maximum_line_size = 16777216)",
            [str(spread)],
        )


def _treatment(settings: Settings, kind: Kind, name: str):
    if name in kind.hashed:
        return lambda value: person_key(value, settings.person_key) if value.strip() else ""
    return without_personal_parameters if name in kind.addresses else kind.spelled.get(name)


def _text(name: str) -> str:
    return f"nullif(trim(\"{name}_text\"), '')"


def _typed(kind: Kind) -> str:
    return ", ".join(
        f'try_cast({_text(name)} as {of}) as "{kind.hashed.get(name, name)}"' for name, of in kind.columns.items()
    )


def _reason(kind: Kind) -> str:
    faults = ["when flaw <> '' then flaw"]
    for name, of in kind.columns.items():
        text = _text(name)
        if name in kind.required:
            faults.append(f"when {text} is null then '{name} is empty'")
        faults.append(f"when {text} is not null and try_cast({text} as {of}) is null then '{name} is not a {of}'")
        if name in kind.allowed:
            allowed = sorted(kind.allowed[name])
            listed = ", ".join(f"'{value}'" for value in allowed)
            faults.append(f"when {text} not in ({listed}) then '{name} is none of {', '.join(allowed)}'")
    return f"case {' '.join(faults)} end"


def _set_aside(con: duckdb.DuckDBPyConnection, aside: Path) -> int:
    """Write the rows that can't be taken beside their reasons; return how many."""
    count = con.execute("select count(*) from judged where reason is not null").fetchone()[0]
    if count:
        aside.parent.mkdir(parents=True, exist_ok=True)
        bad = con.execute("select * from judged where reason is not null order by line")
        names = [column[0] for column in bad.description]
        with aside.open("w", encoding="utf-8") as file:
            while rows := bad.fetchmany(ROWS):
                for row in rows:
                    named = dict(zip(names, row, strict=True))
                    file.write(json.dumps(named, default=str, ensure_ascii=False) + "\n")
    return count


def _archive(con: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, path: Path, digest: str) -> Path | None:
    """Write the rows that can be taken; None when the last file of this name was the very same."""
    folder = settings.landing / "archive" / kind.name
    folder.mkdir(parents=True, exist_ok=True)
    earlier = sorted(one for one in folder.glob("*.parquet") if one.name.rsplit(".", 3)[0] == path.stem)
    if earlier and earlier[-1].name.rsplit(".", 2)[1] == digest:
        return None
    archive = folder / f"{path.stem}.{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.{digest}.parquet"
    beside = archive.with_name(archive.name + ".tmp")
    quoted = str(beside).replace("'", "''")
    con.execute(
        "copy (select * exclude (reason) from judged where reason is null order by line)"
        f" to '{quoted}' (format parquet)"
    )
    beside.replace(archive)
    return archive


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
