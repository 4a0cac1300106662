"""P8, and P7's one dbt process: the daily job in Dagster against its work without, and the executor's price.

A rehearsed home has its first day behind it; each measurement runs the second on a copy of its own. Whole processes
count, imports included, since each run pays them. Steps that do nothing show what an executor costs.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from benchmarks import days, rehearsal, trivial
from benchmarks.measure import Line, Spent, compared, in_turns, spent, whole
from orchestration.settings import REPOSITORY

SCENARIO = REPOSITORY / "sandbox" / "scenarios" / "small.yml"


def measured() -> list[Line]:
    """Rehearse the first day, then run the second in both ways, and the jobs that do nothing."""
    with tempfile.TemporaryDirectory() as folder:
        with rehearsal.served(SCENARIO, Path(folder), days.FIRST.isoformat()) as (_, environ):
            template = Path(folder) / "template"
            spent(days.in_dagster, environ, home=str(template), day=0)
            taken = in_turns(
                {
                    "the day in Dagster": _on_copies(folder, template, environ, days.in_dagster, day=1),
                    "the day as plain functions": _on_copies(folder, template, environ, days.as_functions, day=1),
                    "a job of one asset": _on_copies(folder, template, environ, days.trivial_job, name="one"),
                }
            )
        job, functions, one = taken.values()
        executors = in_turns(
            {
                "in process": _on_copies(folder, template, {}, days.trivial_job, name="in_process"),
                "default executor": _on_copies(folder, template, {}, days.trivial_job, name="default"),
            }
        )
    in_process, default = executors.values()
    dbt = [one.facts["dbt"] for one in job]
    return [
        compared("P8 the day's job ≤ 1.3 × a job of one asset + the work itself", job, [one, functions], 1.3, whole),
        compared(f"P8 {trivial.COUNT} steps ≤ 1/8 of the default executor", in_process, [default], 1 / 8, whole),
        Line(
            "P7 one dbt process a run",
            f"{max(map(len, dbt))}: {'; '.join(dbt[0])}",
            all(len(started) == 1 for started in dbt),
        ),
    ]


def _on_copies(
    folder: str, template: Path, environ: dict[str, str], task: Callable, **arguments: str | int
) -> Callable[[], Spent]:
    numbers = count()

    def measure() -> Spent:
        home = Path(folder) / f"{task.__name__}-{arguments.get('name', '')}-{next(numbers)}"
        shutil.copytree(template, home, symlinks=True)
        try:
            return spent(task, environ, home=str(home), **arguments)
        finally:
            shutil.rmtree(home)

    return measure
