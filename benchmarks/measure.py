"""Measuring: CPU seconds (user + system) of fresh child processes, taken in turns, judged by the median ratio.

A task is a function of a module of this package: called with its arguments it prepares (imports, opens, reads) and
returns the work; the work returns facts. The child reports what the work alone took, the kernel what the whole
process took with every descendant that it reaped. CPU time, since wall time on a shared machine varies fourfold.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

ROUNDS = 3
LONGEST_REASON = 160
REPOSITORY = Path(__file__).resolve().parent.parent
Work = Callable[[], dict[str, Any]]
Part = Callable[["Spent"], float]


class NotMeasured(Exception):
    """A child that failed; the last line of what it said."""


@dataclass(frozen=True)
class Spent:
    """CPU seconds and peak memory of one fresh process, and what its work reported."""

    whole_s: float
    work_s: float
    facts: dict[str, Any]
    peak_mb: float = 0.0


@dataclass(frozen=True)
class Line:
    """One line of the table; `is_met` is None where there is no goal, or where nothing could be measured."""

    goal: str
    figure: str
    is_met: bool | None = None
    verdict: str = ""


def spent(task: Callable[..., Work], environ: dict[str, str] | None = None, **arguments: Any) -> Spent:
    """Run `task` in a fresh process and return what it cost."""
    name = f"{task.__module__}.{task.__name__}"
    with tempfile.TemporaryDirectory() as folder:
        report, errors = Path(folder) / "report.json", Path(folder) / "errors.txt"
        with errors.open("wb") as stderr:
            child = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.measure", name, json.dumps(arguments), str(report)],
                cwd=REPOSITORY,
                env={**os.environ, **(environ or {})},
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise NotMeasured(f"{name}: {said[-1][:LONGEST_REASON] if said else f'exit status {child.returncode}'}")
        told = json.loads(report.read_text(encoding="utf-8"))
    return Spent(usage.ru_utime + usage.ru_stime, told["work_s"], told["facts"], usage.ru_maxrss / 1024)


def in_turns(measurements: dict[str, Callable[[], Spent]], rounds: int = ROUNDS) -> dict[str, list[Spent]]:
    """Take each measurement once a round, every other round backwards, so that a drift hits all alike."""
    taken: dict[str, list[Spent]] = {name: [] for name in measurements}
    for number in range(rounds):
        names = list(measurements) if number % 2 == 0 else list(reversed(measurements))
        for name in names:
            print(f"  {name}, {number + 1} of {rounds}", file=sys.stderr, flush=True)
            taken[name].append(measurements[name]())
    return taken


def work(one: Spent) -> float:
    """The part of a measurement that leaves out imports and preparation."""
    return one.work_s


def whole(one: Spent) -> float:
    """The part of a measurement that is everything from the start of the process."""
    return one.whole_s


def compared(goal: str, ours: list[Spent], references: list[list[Spent]], most: float, part: Part) -> Line:
    """Judge the median of the rounds' ratios, ours over the sum of the references, against `most`."""
    ours_s = [part(one) for one in ours]
    references_s = [sum(part(one) for one in together) for together in zip(*references, strict=True)]
    ratio = median(over / under for over, under in zip(ours_s, references_s, strict=True))
    return Line(goal, f"{ratio:.3g} × ({median(ours_s):.2f} s against {median(references_s):.2f} s)", ratio <= most)


def _child(name: str, arguments: str, report: str) -> None:
    module, function = name.rsplit(".", 1)
    prepared = getattr(import_module(module), function)(**json.loads(arguments))
    before = cpu_s()
    facts = prepared()
    used = cpu_s() - before
    Path(report).write_text(json.dumps({"work_s": used, "facts": facts}), encoding="utf-8")


def cpu_s() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    _child(*sys.argv[1:])
