"""What the gate catches: every entry of damages.yml done to a good build, and no alarm on builds that are good.

Each damage is done to the build of the last night of a small world, judged beside the publication of the night before,
as any night's build is. Damage to raw rows goes through every model. Undamaged are nights of worlds of other seeds.

`python -m benchmarks mutations`; MUTATIONS and UNDAMAGED limit how many of each are done.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from benchmarks import nights
from benchmarks.measure import REPOSITORY, Line
from orchestration import gate, judge
from orchestration.settings import Settings

DAMAGES = REPOSITORY / "benchmarks" / "damages.yml"
LAST = date(2026, 7, 12)
LEAST_CAUGHT = 0.95
SEEDS = (None, 20260702, 20260703, 20260704)
FIRST_NIGHT = 4  # a gate that compares needs something to compare with

Failed = list[dict[str, Any]]


def measured() -> list[Line]:
    """Judge the damaged builds, then the undamaged ones; print what caught each."""
    most, quiet = int(os.environ.get("MUTATIONS", "1000")), int(os.environ.get("UNDAMAGED", "30"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = nights.world(folder / "world")
        caught = _damaged(settings, folder, most)
        alarms = _undamaged(folder, settings, quiet)
    found, blocked = sum(map(bool, caught.values())), sum(any(map(gate.blocks, failed)) for failed in caught.values())
    return [
        Line(
            f"damage caught ≥ {LEAST_CAUGHT:.0%} of {len(caught)}",
            f"{found} caught, {blocked} of them block",
            found >= LEAST_CAUGHT * len(caught),
        ),
        Line(f"no alarm on {len(alarms)} undamaged builds", f"{sum(map(bool, alarms))} alarms", not any(alarms)),
    ]


def _damaged(settings: Settings, folder: Path, most: int) -> dict[str, Failed]:
    served = _kept(nights.candidate_of(nights.built(settings, LAST - timedelta(days=1), folder / "before")), folder)
    whole = nights.built(settings, LAST, folder / "whole")
    caught: dict[str, Failed] = {}
    damages = yaml.safe_load(DAMAGES.read_text(encoding="utf-8"))
    entries = [(where, *entry) for where in damages for entry in damages[where].items()]
    for where, what, sql in entries[:most]:
        home = folder / "damaged"
        if where == "sources":
            damaged = nights.built(settings, LAST, home, sources=lambda con, sql=sql: con.execute(sql))
            candidate = nights.candidate_of(damaged)
        else:
            shutil.copytree(whole.home, home, symlinks=True)
            damaged = Settings.load(home, settings.environ)
            candidate = nights.candidate_of(damaged, marts=lambda con, sql=sql: con.execute(sql))
        caught[what] = _failed(candidate, served)
        shutil.rmtree(home)
        print(f"  {where}, {what}: {_named(caught[what])}", file=sys.stderr, flush=True)
    return caught


def _undamaged(folder: Path, first_world: Settings, most: int) -> list[Failed]:
    """Judge night after night, each beside the one before."""
    alarms: list[Failed] = []
    for seed in SEEDS:
        if len(alarms) >= most:
            break
        settings = nights.world(folder / f"world-{seed}", seed) if seed else first_world
        served = None
        for number in range(FIRST_NIGHT, LAST.day + 1):
            home = folder / "night"
            candidate = nights.candidate_of(nights.built(settings, date(LAST.year, LAST.month, number), home))
            if served and len(alarms) < most:
                alarms.append(_failed(candidate, served))
                print(f"  undamaged: seed {seed}, night {number}: {_named(alarms[-1])}", file=sys.stderr, flush=True)
            served = _kept(candidate, folder)
            shutil.rmtree(home)
    return alarms


def _kept(candidate: Path, folder: Path) -> Path:
    """Keep a candidate as what is served on the next night."""
    served = folder / "served.duckdb"
    shutil.copy(candidate, served)
    return served


def _failed(candidate: Path, served: Path) -> Failed:
    results = judge.judge(candidate, served, gate.suites())
    return [result for result in results if not result["success"] or result["error"]]


def _named(failed: Failed) -> str:
    """Name the most severe of what failed first."""
    order = sorted(failed, key=lambda result: (not gate.blocks(result), result["key"]))
    named = ", ".join(f"{result['key']} ({'error' if result['error'] else result['severity']})" for result in order[:2])
    return f"{named} and {len(order) - 2} more" if len(order) > 2 else named or "nothing failed"
