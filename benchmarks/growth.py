"""P6: the day after eight times the history, against the day after a short one.

Two homes are rehearsed over the same world, one for WEEK days and one for eight times as many; each measurement runs
the next day on a copy of its own, whole: fetch, load, build, gate, publication. The accounts are small, so most of a
day is what it costs whatever its history; what SQL alone costs is seen at five million rows (`transform`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import yaml

from benchmarks import days, rehearsal
from benchmarks.measure import Line, Spent, Work, compared, in_turns, spent, whole
from orchestration.settings import REPOSITORY

SCENARIO = REPOSITORY / "sandbox" / "scenarios" / "small.yml"
WEEK, TIMES = 7, 8
MOST = 1.5


def measured() -> list[Line]:
    """Rehearse both histories, then run the next day on each in turns."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = lengthened(Path(folder) / "long.yml", WEEK * TIMES + 1)
        with rehearsal.served(scenario, Path(folder), days.FIRST.isoformat()) as (_, environ):
            homes = {length: Path(folder) / f"days-{length}" for length in (WEEK, WEEK * TIMES)}
            for length, home in homes.items():
                spent(rehearsed, environ, home=str(home), length=length)
            taken = in_turns(
                {f"the day after {length}": next_day(home, environ, length) for length, home in homes.items()}
            )
    short, long = taken.values()
    return [compared(f"P6 the day after {TIMES} × history ≤ {MOST} × CPU", long, [short], MOST, whole)]


def lengthened(path: Path, length: int) -> Path:
    """Write the small scenario with more days, return where."""
    told = yaml.safe_load(SCENARIO.read_text(encoding="utf-8")) | {"days": length}
    path.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
    return path


def rehearsed(home: str, length: int) -> Work:
    """Capture the first `length` days of the world, then run the last of them whole."""
    from orchestration import run
    from orchestration.settings import Settings

    def work() -> dict:
        settings, last = Settings.load(home), days.FIRST + timedelta(days=length - 1)
        earlier = [(days.FIRST, last - timedelta(days=1), True)] if length > 1 else []
        for first, end, capture_only in [*earlier, (last, last, False)]:
            outcome = run.run_days(settings, first, end, capture_only=capture_only)
            if outcome.problems:
                raise RuntimeError(outcome.problems[0])
        return {}

    return work


def next_day(template: Path, environ: dict[str, str], length: int) -> Callable[[], Spent]:
    """Return a measurement of the day after `length` days, on a copy of the home."""
    numbers = count()

    def measure() -> Spent:
        home = template.with_name(f"{template.name}-{next(numbers)}")
        shutil.copytree(template, home, symlinks=True)
        try:
            return spent(days.in_dagster, environ, home=str(home), day=length)
        finally:
            shutil.rmtree(home)

    return measure
