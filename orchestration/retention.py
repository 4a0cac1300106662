"""What may go: versions, verdicts, Dagster's runs and pages that are older than what is kept of each.

Nothing that is served goes, and of the pages only captures of a window that later ones have replaced; snapshots and
expiring streams are history and stay. The loaded rows stay too; a rebuild after it knows the replaced ones no more.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors import SOURCES
from orchestration import landing, publish, quality, tombstones
from orchestration.settings import Problem, Settings

DEFAULTS = {
    "WAREHOUSE_KEEP_VERSIONS": 7,
    "WAREHOUSE_KEEP_RESULTS_DAYS": 400,
    "WAREHOUSE_KEEP_RUNS_DAYS": 90,
    "WAREHOUSE_KEEP_CAPTURES": 0,
}


@dataclass(frozen=True)
class Old:
    """One thing that may go: what it is, how large, and how to let it go."""

    what: str
    size: int
    remove: Callable[[], None]


def kept(settings: Settings, name: str) -> int:
    """Return how much is kept of something; 0 keeps all."""
    text = settings.environ.get(name) or str(DEFAULTS[name])
    if not text.isdecimal():
        raise Problem(f"{name} is {text!r}: write a whole number, 0 keeps all.")
    return int(text)


def check(settings: Settings) -> None:
    """Refuse a number that is none before anything is done by it."""
    for name in DEFAULTS:
        kept(settings, name)


def versions(settings: Settings) -> list[Old]:
    """Return the publications beyond the newest ones or from before the last erasure; never the served one."""
    current, number = publish.served(settings), kept(settings, "WAREHOUSE_KEEP_VERSIONS")
    every, erased_at = publish.versions(settings), tombstones.latest(settings)
    beyond = every[:-number] if number else []
    outdated = [one for one in every if one in beyond or (erased_at is not None and one.published_at < erased_at)]
    return [_files(one.path, one.path.with_suffix(".json")) for one in outdated if one.path != current]


def results(settings: Settings) -> list[Old]:
    """Return the verdicts that are older than the days they are kept."""
    days = kept(settings, "WAREHOUSE_KEEP_RESULTS_DAYS")
    oldest = f"{datetime.now(UTC) - timedelta(days=days):%Y%m%dT%H%M%S}"
    found = sorted(quality.folder(settings).glob("*.parquet")) if days else []
    return [_files(path) for path in found if path.name < oldest]


def captures(settings: Settings) -> list[Old]:
    """Return restated pages beyond the newest captures of each window; none unless a number is set."""
    number = kept(settings, "WAREHOUSE_KEEP_CAPTURES")
    windows: dict[tuple[str, ...], list[Path]] = {}
    for source in SOURCES.values() if number else ():
        for stream in source.streams:
            if stream.kind != "window":
                continue
            for sidecar in sorted(landing.sidecars(settings.landing, source.name, stream.name)):
                capture = landing.read(sidecar)
                window = (source.name, stream.name, capture.account_id, capture.window_date)
                windows.setdefault(window, []).append(sidecar)
    beyond = [sidecar for found in windows.values() for sidecar in found[:-number]]
    return [capture_of(settings, landing.read(sidecar).path(settings.landing), sidecar) for sidecar in beyond]


def capture_of(settings: Settings, pages: Path, sidecar: Path) -> Old:
    """Retire a capture: a rebuild must not take it for lost, so its name is noted before it goes."""
    found = _files(pages, sidecar)

    def remove() -> None:
        with _retired(settings).open("a", encoding="utf-8") as noted:
            noted.write(f"{pages.relative_to(settings.landing)}\n")
        found.remove()

    return Old(found.what, found.size, remove)


def retired(settings: Settings) -> set[str]:
    """Return the page files that were let go, as the ledger names them."""
    path = _retired(settings)
    return set(path.read_text(encoding="utf-8").split()) if path.exists() else set()


def _retired(settings: Settings) -> Path:
    return settings.landing / "retired.txt"


def runs(settings: Settings) -> list[Old]:
    """Return the runs that ended longer ago than they are kept; Dagster itself never forgets one."""
    import dagster as dg

    from orchestration import run

    days = kept(settings, "WAREHOUSE_KEEP_RUNS_DAYS")
    if not days or not settings.dagster_home.exists():
        return []
    instance = run.dagster_instance(settings)
    before = datetime.now(UTC) - timedelta(days=days)
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    found = instance.get_runs(filters=dg.RunsFilter(statuses=ended, created_before=before))
    return [Old(f"run {one.run_id}", 0, lambda one=one: instance.delete_run(one.run_id)) for one in found]


def old(settings: Settings) -> list[Old]:
    """Return everything that may go."""
    return [*versions(settings), *results(settings), *captures(settings), *runs(settings)]


def _files(*paths: Path) -> Old:
    def remove() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    present = [path for path in paths if path.exists()]
    return Old(os.fspath(paths[0]), sum(path.stat().st_size for path in present), remove)
