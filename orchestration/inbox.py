"""Dropped files: checked row by row, loaded, archived; what breaks its kind's schema is kept aside with the reason.

inbox/<kind>/<file> → archive/<kind>/<name>.<instant>.<content hash>.parquet → raw_files.<kind>
rows that don't fit → quarantine/<kind>/<name>.<content hash>.ndjson with line and reason; a file that can't be read
stays in the inbox as <file>.refused, its reason in the quarantine. Personal columns are hashed as a file is read. The
archive is what `warehouse rebuild` reads; of two files of one name the later sorts last, and so has the last word.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

import duckdb

from connectors.files import KINDS, Kind
from orchestration import row_checks
from orchestration.dropped import UnreadableFile
from orchestration.settings import Settings

SUFFIXES = (".csv", ".ndjson", ".parquet")
REFUSED = ".refused"
LONGEST_NAME = 120  # bytes, since a file system takes 255 with the instant and the hash that are added
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
        path: state
        for kind in KINDS
        if kinds is None or kind in kinds
        for path in sorted((settings.inbox / kind).glob("*"))
        if path.suffix.lower() in SUFFIXES and not _unfit(path) and (state := _state(path))
    }
    youngest = max((changed_ns for _, changed_ns in waiting.values()), default=0)
    time.sleep(min(SETTLED_S, max(0.0, SETTLED_S - time.time() + youngest / 1e9)))
    taken = [_take(con, settings, KINDS[path.parent.name], path, state) for path, state in waiting.items()]
    return taken + misplaced(settings)


def misplaced(settings: Settings) -> list[Outcome]:
    """Name what no kind will ever take: what is no file, lies in a mistyped folder or in none, has another suffix."""
    found = []
    for path in sorted(settings.inbox.rglob("*")):
        folder = str(path.parent.relative_to(settings.inbox))
        if path.name.startswith(".") or path.suffix == REFUSED or (path.is_dir() and path.suffix not in SUFFIXES):
            continue
        name, unfit = os.fsencode(path.name).decode(errors="replace"), _unfit(path)
        if unfit:
            found.append(Outcome(folder, name, 0, 0, f"{folder}/{name} {unfit}"))
        elif folder not in KINDS:
            meant = get_close_matches(folder, KINDS, 1)
            remedy = f"did you mean {meant[0]}?" if meant else f"the kinds are {', '.join(KINDS)}"
            found.append(Outcome(folder, name, 0, 0, f"{folder}/ is no kind of file, {name} waits: {remedy}"))
        elif path.suffix.lower() not in SUFFIXES:
            sentence = f"{folder}/{name} is none of {', '.join(SUFFIXES)}: save it as CSV UTF-8"
            found.append(Outcome(folder, name, 0, 0, sentence))
    return found


def _unfit(path: Path) -> str | None:
    """Return why a file is never opened, whatever it holds: a link may lead out of the inbox, a pipe never ends."""
    if not path.is_file() or path.is_symlink():
        return "is a link, a folder or a pipe, which is never read: drop the file itself"
    if os.fsencode(path.name).decode(errors="replace") != path.name:
        return "has a name that is no UTF-8: drop it under another one"
    return None


def _state(path: Path) -> tuple[int, int] | None:
    try:
        told = path.stat()
    except FileNotFoundError:
        return None
    return told.st_size, told.st_mtime_ns


def _take(
    con: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, path: Path, state: tuple[int, int]
) -> Outcome:
    growing = Outcome(kind.name, path.name, 0, 0, f"{kind.name}/{path.name} is still being written")
    if _state(path) != state:
        return growing
    try:
        digest = _digest(path)[:12]
    except OSError as error:
        return Outcome(kind.name, path.name, 0, 0, f"{kind.name}/{path.name} can't be read ({error.strerror})")
    aside = settings.landing / "quarantine" / kind.name / f"{_stem(path)}.{digest}.ndjson"
    try:
        row_checks.judge(con, settings, kind, path)
    except (UnreadableFile, duckdb.Error) as error:
        if _state(path) != state:
            return growing
        return _refuse(kind, path, aside, str(error).splitlines()[0])
    if _state(path) != state:
        return growing
    quarantined = row_checks.set_aside(con, aside)
    archive = _archive(con, settings, kind, path, digest)
    loaded = load_archived(con, settings, kind, archive) if archive else 0
    path.unlink()
    return Outcome(kind.name, path.name, loaded, quarantined)


def _refuse(kind: Kind, path: Path, aside: Path, flaw: str) -> Outcome:
    reason = f"{kind.name}/{path.name} was refused whole: {flaw}"
    aside.parent.mkdir(parents=True, exist_ok=True)
    aside.write_text(json.dumps({"file": path.name, "reason": reason}) + "\n", encoding="utf-8")
    # It stays where its owner put it, under a name that is not read again: nothing of it was hashed.
    path.replace(path.with_name(f"{_stem(path)}{path.suffix}{REFUSED}"))
    return Outcome(kind.name, path.name, 0, 0, reason)


def _stem(path: Path) -> str:
    """Return the name of a file without its suffix; of a very long one its beginning and a hash that tells it apart."""
    whole = path.stem.encode()
    if len(whole) <= LONGEST_NAME:
        return path.stem
    return f"{whole[:LONGEST_NAME].decode(errors='ignore')}~{hashlib.sha256(whole).hexdigest()[:12]}"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _archive(con: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, path: Path, digest: str) -> Path | None:
    """Write the rows that can be taken; None when the last file of this name was the very same."""
    folder = settings.landing / "archive" / kind.name
    folder.mkdir(parents=True, exist_ok=True)
    earlier = sorted(one for one in folder.glob("*.parquet") if one.name.rsplit(".", 3)[0] == _stem(path))
    if earlier and earlier[-1].name.rsplit(".", 2)[1] == digest:
        return None
    archive = folder / f"{_stem(path)}.{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.{digest}.parquet"
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
            "insert into raw_registry.loads (source, stream, landing_file, status, row_count, loaded_at, sha256)"
            " values ('files', ?, ?, 'loaded', ?, current_timestamp, ?)",
            [kind.name, file, count, _digest(archive)],
        )
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")
    return count
