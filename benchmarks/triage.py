"""N2: how often impression_triage is right, over worlds with planted causes: `python -m benchmarks triage`.

A world's answer is the verdict on the incident that begins nearest to the planted start, on an account that was hit, at
most two days before it and no later than it lasts. In a world without a plant any incident at all is a false alarm.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from benchmarks import triage_scenarios
from benchmarks.measure import Line
from benchmarks.triage_worlds import compiled, triaged

FIRST_SEED = 1
RIGHT_LEAST, ALARMS_MOST = 0.9, 0.05
CAUSE_OF_KIND = {"settling_delay": "period", "definition_break": "platform"}
MIXED, NOTHING = "mixed", "none"
EARLY = timedelta(days=2)


def measured() -> list[Line]:
    """Triage the standing scenarios, print the confusion matrix, return what is right and what is a false alarm."""
    return graded(FIRST_SEED)


def graded(first_seed: int) -> list[Line]:
    """Do the same with the scenarios from another seed on, which no threshold was chosen by."""
    with tempfile.TemporaryDirectory() as folder:
        sql = compiled(Path(folder) / "home")
        paths = triage_scenarios.write(Path(folder) / "scenarios", first_seed)
        answers = Counter(answer(sql, path) for path in paths)
    print(matrix(answers))
    return judged(answers)


def judged(answers: Counter) -> list[Line]:
    """Return the two goals: right on single causes, false alarms where nothing happened."""
    single = {key: n for key, n in answers.items() if key[0] not in (MIXED, NOTHING)}
    right = sum(n for (planted, found), n in single.items() if planted == found) / sum(single.values())
    quiet = sum(n for (planted, _), n in answers.items() if planted == NOTHING)
    alarms = sum(n for (planted, found), n in answers.items() if planted == NOTHING != found) / quiet
    both = sum(n for (planted, _), n in answers.items() if planted == MIXED)
    one_of = sum(n for (planted, found), n in answers.items() if planted == MIXED and found == "one of them")
    return [
        Line(f"N2 right on single causes ≥ {RIGHT_LEAST:.0%}", f"{right:.1%}", right >= RIGHT_LEAST),
        Line(f"N2 false alarms where nothing happened ≤ {ALARMS_MOST:.0%}", f"{alarms:.1%}", alarms <= ALARMS_MOST),
        Line("N2 mixtures whose verdict is one of the planted", f"{one_of} of {both}", None),
    ]


def answer(sql: dict[str, str], scenario: Path) -> tuple[str, str]:
    """Return what was planted in a scenario's world and what the triage says of it."""
    rows, planted = triaged(sql, scenario)
    incidents = {(row["account_id"], row["incident_start"]): row["incident_verdict"] for row in rows}
    causes = {CAUSE_OF_KIND.get(plant["kind"], plant["kind"]) for plant in planted}
    if not causes:
        found = "alarm" if incidents else NOTHING
        said = (NOTHING, found)
    else:
        nearest = sorted(
            (abs((start - plant["start"]).days), account_id, verdict)
            for (account_id, start), verdict in incidents.items()
            for plant in planted
            if account_id.endswith(f":{plant['native_id']}")
            and plant["start"] - EARLY <= start <= plant["start"] + timedelta(days=plant["days"])
        )
        found = nearest[0][2] if nearest else NOTHING
        said = (MIXED, "one of them" if found in causes else found) if len(causes) > 1 else (*causes, found)
    print(f"{scenario.stem:24} {found}", file=sys.stderr, flush=True)
    return said


def matrix(answers: Counter) -> str:
    """Return the confusion matrix: a row what was planted, a column what was found."""
    columns = sorted({found for _, found in answers})
    lines = [f"{'planted':10}" + "".join(f"{name:>14}" for name in columns)]
    lines += [
        f"{planted:10}" + "".join(f"{answers[planted, found] or '.':>14}" for found in columns)
        for planted in sorted({planted for planted, _ in answers})
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Grade the triage on scenarios of another seed.")
    parser.add_argument("--first-seed", type=int, required=True)
    for line in graded(parser.parse_args().first_seed):
        print(f"{line.goal}: {line.figure}")
