"""Publication: a new file, checked whole, then one flip of a symlink; readers never see anything else.

published/versions/.candidate.duckdb       the marts of this build, which the gate judges
published/versions/marts-<UTC>-<run>.duckdb what passed, under a name that is never used twice
published/marts.duckdb                     a symlink to the version that is served
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration import candidate, erasure, gate
from orchestration.settings import Problem, Settings

VERSIONS_KEPT = 7
SERVED = "marts.duckdb"
STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Version:
    """One publication: the file, and what its manifest says of it."""

    path: Path
    manifest: dict[str, Any]


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
    stamp = datetime.now(UTC).strftime(STAMP)
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
    version.with_suffix(".json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    file.replace(version)
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
    """Remove versions that are old, and those that still hold whom HubSpot has erased since."""
    current, erased_at = served(settings), erasure.latest(settings)
    kept = versions(settings)
    for version in kept:
        published_at = datetime.strptime(version.manifest["published_at"], STAMP).replace(tzinfo=UTC)
        is_outdated = version not in kept[-VERSIONS_KEPT:] or (erased_at is not None and published_at < erased_at)
        if is_outdated and version.path.resolve() != current:
            version.path.unlink()
            version.path.with_suffix(".json").unlink()


def rollback(settings: Settings) -> Version:
    """Serve the version before the one that is served now."""
    current = served(settings)
    kept = [version for version in versions(settings) if not version.manifest.get("withdrawn")]
    earlier = [version for version in kept if current and version.path.resolve() < current]
    if not earlier:
        raise Problem("there is no earlier publication to go back to: `warehouse status` lists what is kept.")
    for version in kept:
        if version.path.resolve() == current:
            _withdraw(version)
    _flip(settings, earlier[-1].path)
    return earlier[-1]


def _withdraw(version: Version) -> None:
    """Note that a version was rolled back from, so that no later rollback serves it again."""
    manifest = json.dumps({**version.manifest, "withdrawn": True}, indent=1) + "\n"
    version.path.with_suffix(".json").write_text(manifest, encoding="utf-8")
