"""`warehouse score doctor`: the six items that make a score model ready for use, each checked."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from orchestration.scoring import prover
from orchestration.scoring.registry import SEEDS, Registry

GRACE = timedelta(days=14)  # after the end of a quarter, to review what it brought
OF_BANDS = {"band_start", "band_gap", "band_end", "unreachable_band"}
OF_ACTIONS = {"unreachable_action"}
OF_SCALE = {"scale", "min_people"}
OF_WEIGHTS = {
    "no_weight", "endless_reward", "cap_sign", "cap_below_weight", "group_limit", "group_limit_sign",
    "two_group_limits",
}  # fmt: skip
ITEMS = ("signals", "weights", "aggregation and normalisation", "bands", "actions", "review")
Finding = tuple[str, str, bool, str]  # model version, item, whether it holds, what was found


def examine(today: date, folder: Path = SEEDS) -> list[Finding]:
    """Return six findings for each active model version."""
    registry = Registry.read(folder)
    reviews = _rows(folder / "score_reviews.csv")
    ways = {row["action_id"] for row in _rows(folder / "score_playbook.csv")}
    proofs, _ = prover.prove(folder)
    found: list[Finding] = []
    for proof in proofs:
        model = proof.model
        if model.status != "active":
            continue
        faults: dict[str, list[str]] = {item: [] for item in ITEMS}
        for fault in proof.faults:
            faults[_item(fault.kind, fault.file)].append(str(fault))
        actions = [action.action_id for action in registry.actions if action.model == model.model]
        if not actions:
            faults["actions"].append("no score calls for any action: add one to score_actions.csv")
        faults["actions"] += [f"{name} has no way in score_playbook.csv" for name in actions if name not in ways]
        faults["review"] += _overdue(model.model_id, reviews, today)
        name = f"{model.model_id} {model.model_version}"
        found += [(name, item, not faults[item], "; ".join(faults[item]) or "as it should be") for item in ITEMS]
    return found


def _item(kind: str, file: str) -> str:
    if kind in OF_ACTIONS or file == "score_actions.csv":
        return "actions"
    if kind in OF_BANDS or file == "score_bands.csv":
        return "bands"
    if kind in OF_SCALE:
        return "aggregation and normalisation"
    return "weights" if kind in OF_WEIGHTS else "signals"


def _overdue(model_id: str, reviews: list[dict[str, str]], today: date) -> list[str]:
    """Say what is missing: a review of each quarter within 14 days of its end."""
    last = max((date.fromisoformat(row["reviewed_on"]) for row in reviews if row["model_id"] == model_id), default=None)
    if last is None:
        return ["it was never reviewed: enter a review in score_reviews.csv"]
    due = (today - GRACE).replace(month=((today - GRACE).month - 1) // 3 * 3 + 1, day=1)  # the day after a quarter
    return [] if last >= due else [f"the review of the quarter before {due} is overdue, the last was on {last}"]


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
