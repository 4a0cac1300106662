"""Publication: a new file, checked whole, then one flip of a symlink; readers never see anything else.

published/versions/.candidate.duckdb       the marts of this build, which the gate judges
published/versions/marts-<UTC>-<run>.duckdb what passed, under a name that is never used twice
published/marts.duckdb                     a symlink to the version that is served
published/versions/marts-….json            its manifest: hashes, row counts, what each expectation found
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration import candidate, gate, notes
from orchestration.settings import Problem, Settings

SERVED = "marts.duckdb"
STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Version:
    """One publication: the file, and what its manifest says of it."""

    path: Path
    manifest: dict[str, Any]

    @property
    def published_at(self) -> datetime:
        """When it was published, UTC."""
        return datetime.strptime(self.manifest["published_at"], STAMP).replace(tzinfo=UTC)


def publish(settings: Settings, run_id: str) -> Version:
    """Serve the candidate if the gate's verdict on exactly these bytes is good; else refuse and leave all as it is."""
    file = candidate.path_of(settings)
    if not file.exists():
        raise Problem("there is no candidate to publish: `warehouse run` builds and judges one.")
    verdict = gate.read_verdict(settings)
    if verdict is None or verdict["sha256"] != sha256(file):
        raise Problem("the gate has not judged this candidate: `warehouse run` does both in one go.")
    refusal = gate.refusal(verdict)
    if refusal:
        raise Problem(refusal)
    from orchestration import retention  # it asks what is served, and so imports this module

    retention.check(settings)
    _tidy(file.parent)
    stamp = _stamp(settings)
    version = file.with_name(f"marts-{stamp}-{run_id[:8]}.duckdb")
    manifest = {
        "run_id": run_id,
        "published_at": stamp,
        "sha256": verdict["sha256"],
        "tables": candidate.read_back(file),
        "expectations": verdict["results"],
    }
    file.chmod(0o640)
    _flush(file)
    _write_manifest(version, manifest)
    file.replace(version)
    _flush(version.parent)
    _flip(settings, version)
    for beyond in retention.versions(settings):
        beyond.remove()
    return Version(version, manifest)


def _tidy(folder: Path) -> None:
    """Remove what a publication that was killed left: a manifest that is half written or without its file."""
    for path in [*folder.glob("marts-*.json"), *folder.glob(".marts-*.tmp")]:
        if not path.with_suffix(".duckdb").exists():
            path.unlink()


def _stamp(settings: Settings) -> str:
    """Return the present, or the instant after the last publication where the clock has jumped back."""
    now = datetime.now(UTC)
    kept = versions(settings)
    if kept:
        now = max(now, kept[-1].published_at + timedelta(microseconds=1))
    return now.strftime(STAMP)


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
    """Return what was published and is kept, oldest first; a file without its manifest is none of them."""
    folder = settings.published / "versions"
    found = []
    for path in sorted(folder.glob("marts-*.duckdb")):
        manifest = notes.read(path.with_suffix(".json"))
        if manifest is not None:
            found.append(Version(path, manifest))
    return found


def served(settings: Settings) -> Path | None:
    """Return the version that readers get, None where the link is missing or leads nowhere."""
    link = settings.published / SERVED
    return link.resolve() if link.is_symlink() and link.is_file() else None


def intact(settings: Settings) -> Path | None:
    """Return the served version, or the newest before it that is still what was published; None without one."""
    current = served(settings)
    kept = [version for version in versions(settings) if current and version.path.resolve() <= current]
    return next((version.path for version in reversed(kept) if is_whole(version)), None)


def is_whole(version: Version) -> bool:
    """Say whether a version's bytes are the ones that were published."""
    return sha256(version.path) == version.manifest["sha256"]


@contextmanager
def opened(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open what is served as a reader should: read-only, nothing beyond the file in reach, locked."""
    with duckdb.connect(str(served(settings)), read_only=True, config={"enable_external_access": "false"}) as con:
        # A fellow connection of this process may have set and locked both already.
        with suppress(duckdb.InvalidInputException):
            con.execute("set global timezone = 'UTC'")
            con.execute("set lock_configuration = true")
        yield con


def rollback(settings: Settings, to: str | None = None) -> Version:
    """Serve the version before the one that is served now, or the one that `to` names; the newest if none is."""
    current = served(settings)
    kept = [version for version in versions(settings) if not version.manifest.get("withdrawn")]
    earlier = [version for version in kept if current is None or version.path.resolve() < current]
    if to:
        earlier = [version for version in earlier if to in version.path.name]
    if len(earlier) != 1 and to:
        found = ", ".join(version.path.stem for version in earlier) or "none"
        raise Problem(f"{to} names {found} of the versions before the one served: `warehouse status` lists them.")
    if not earlier:
        raise Problem("there is no earlier publication to go back to: `warehouse status` lists what is kept.")
    if not is_whole(earlier[-1]):
        raise Problem(f"{earlier[-1].path} is not what was published (another hash): name an earlier one with --to.")
    for version in kept:
        if earlier[-1].path.resolve() < version.path.resolve():
            _withdraw(version)
    _flip(settings, earlier[-1].path)
    return earlier[-1]


def _withdraw(version: Version) -> None:
    """Note that a version was rolled back from, so that no later rollback serves it again."""
    _write_manifest(version.path, {**version.manifest, "withdrawn": True})


def _write_manifest(version: Path, manifest: dict[str, Any]) -> None:
    notes.write(version.with_suffix(".json"), json.dumps(manifest, indent=1) + "\n")
