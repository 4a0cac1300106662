"""One run at a time in a home, and nothing half done left in it by the one before."""

from __future__ import annotations

import fcntl
import os
import shutil
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
    pairs = _parts(settings)
    if not any(aside.exists() for _, aside in pairs):
        _move(pairs)


def restore(settings: Settings) -> None:
    """Take back the warehouse that a rebuild, failed or killed, had set aside, or as much as it had."""
    (_, aside), (log, log_aside), *_ = pairs = _parts(settings)
    if aside.exists() and not log_aside.exists():
        _remove(log)
    _move([(aside, part) for part, aside in pairs])


def forget_aside(settings: Settings) -> None:
    """Let the old warehouse go, once the new one is whole."""
    for _, aside in _parts(settings):
        _remove(aside)


def discard(settings: Settings) -> None:
    """Remove the build file and its log, and with Spark the lake."""
    for part, _ in _parts(settings):
        _remove(part)


def _parts(settings: Settings) -> list[tuple[Path, Path]]:
    """Return what a warehouse is made of, and where each part is set aside."""
    file = settings.warehouse
    aside = file.with_name(f"{file.stem}.before-rebuild{file.suffix}")
    parts = [(file, aside), (file.with_name(file.name + ".wal"), aside.with_name(aside.name + ".wal"))]
    if settings.engine == "spark":
        parts.append((settings.lake, settings.lake.with_name(settings.lake.name + ".before-rebuild")))
    return parts


def _move(pairs: list[tuple[Path, Path]]) -> None:
    # The file last: without its log it is whole as of its last checkpoint, the other way round it is refused.
    for part, moved in reversed(pairs):
        if part.exists():
            _remove(moved)
            part.replace(moved)


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink(missing_ok=True)


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
