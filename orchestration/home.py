"""One run at a time in a home, and nothing half done left in it by the one before."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from orchestration.settings import Problem, Settings

_held: dict[Path, IO[str]] = {}


def hold(settings: Settings) -> None:
    """Take this home for the rest of the process, which lets it go however it ends; again is nothing."""
    if settings.home in _held:
        return
    settings.state.mkdir(parents=True, exist_ok=True)
    lock = (settings.state / "run.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        process = lock.read().strip() or "?"
        lock.close()
        raise Problem(
            f"another run (process {process}) is at work in {settings.home}: wait until it has ended."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    _held[settings.home] = lock
    restore(settings)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold this home for the length of a `with`."""
    hold(settings)
    try:
        yield
    finally:
        _held.pop(settings.home).close()


def set_aside(settings: Settings) -> None:
    """Put the warehouse out of the way of a rebuild; one that is there already is the better one."""
    if not _aside(settings).exists():
        _move(settings.warehouse, _aside(settings))


def restore(settings: Settings) -> None:
    """Take back the warehouse that a rebuild, failed or killed, had set aside."""
    if _aside(settings).exists():
        _move(_aside(settings), settings.warehouse)


def forget_aside(settings: Settings) -> None:
    """Let the old warehouse go, once the new one is whole."""
    for part in _parts(_aside(settings)):
        part.unlink(missing_ok=True)


def discard(settings: Settings) -> None:
    """Remove the build file and its log."""
    for part in _parts(settings.warehouse):
        part.unlink(missing_ok=True)


def _aside(settings: Settings) -> Path:
    return settings.warehouse.with_name("warehouse.before-rebuild.duckdb")


def _parts(warehouse: Path) -> list[Path]:
    return [warehouse, warehouse.with_name(warehouse.name + ".wal")]


def _move(source: Path, target: Path) -> None:
    # The log first: a file without its log is whole as of its last checkpoint, the other way round it is refused.
    for part, moved in reversed([*zip(_parts(source), _parts(target), strict=True)]):
        moved.unlink(missing_ok=True)
        if part.exists():
            part.replace(moved)


def check_kind(settings: Settings, *, rehearsal: bool) -> None:
    """Keep an invented history and a real one apart: neither may run in the other's home."""
    marker = settings.state / "rehearsal"
    if rehearsal and settings.landing.exists() and not marker.exists():
        raise Problem(
            f"{settings.home} holds captures of real accounts: choose another folder for the demo (--home DIR)."
        )
    if not rehearsal and marker.exists():
        raise Problem(
            f"{settings.home} holds the demo's invented history: set WAREHOUSE_HOME to another folder, or `make clean`."
        )
    if rehearsal:
        settings.state.mkdir(parents=True, exist_ok=True)
        marker.touch()
