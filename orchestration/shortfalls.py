"""What a fetch could not bring: left for the load, which enters it in the ledger, and for the next fetch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from connectors import SOURCES
from orchestration.settings import Settings


@dataclass(frozen=True)
class Shortfall:
    """A window that could not be captured, and why, in one sentence.

    `is_failure` is False where the source has no answer for the window, or none that this token may read and the
    stream is optional: then it is skipped.
    """

    source: str
    stream: str
    account_id: str
    window_date: str
    reason: str
    is_failure: bool = True


def note(settings: Settings, source: str, chosen: set[str], found: list[Shortfall]) -> None:
    """Leave the shortfalls for the load, which enters them in the ledger, and for the next fetch, which makes up."""
    path = settings.landing / source / "shortfalls.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = [shortfall for shortfall in read(settings, source) if shortfall.stream not in chosen]
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(json.dumps([asdict(shortfall) for shortfall in [*kept, *found]], indent=1), encoding="utf-8")
    beside.replace(path)
    with _skipped(settings, source).open("a", encoding="utf-8") as remembered:
        remembered.writelines(json.dumps(asdict(one)) + "\n" for one in found if not one.is_failure)


def _skipped(settings: Settings, source: str) -> Path:
    return settings.landing / source / "skipped.ndjson"


def skipped(settings: Settings, source: str) -> list[Shortfall]:
    """Return every window that was ever skipped, the last reason of each: what a rebuild enters in the ledger again."""
    path = _skipped(settings, source)
    if not path.exists():
        return []
    every = [Shortfall(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    return list({(one.stream, one.account_id, one.window_date): one for one in every}.values())


def read(settings: Settings, source: str) -> list[Shortfall]:
    """Return what the last fetch of `source` could not bring."""
    path = settings.landing / source / "shortfalls.json"
    if not path.exists():
        return []
    return [Shortfall(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]


def missing(settings: Settings) -> list[str]:
    """Return, a sentence each, what the last fetch of every source could not bring and a later run has to."""
    found = [entry.reason for source in SOURCES for entry in read(settings, source) if entry.is_failure]
    return list(dict.fromkeys(found))
