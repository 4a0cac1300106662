"""`warehouse score promote`: a challenger takes the champion's place only where the calibration says it is better."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from orchestration.scoring.registry import SEEDS, Model, Registry
from orchestration.settings import Problem, Settings

FOUND = """
    select outcome, verdict, auc_gain, auc_gain_low, auc_gain_high, may_be_promoted
    from marts.engagement_score_calibration where model_id = ? and model_version = ? and signal_id = 'score'
    order by outcome
"""


def promote(settings: Settings, model_id: str, version: int, folder: Path = SEEDS) -> str:
    """Archive the champion of `model_id` in favour of `version`; return what was done and on what evidence."""
    champion = _champion(Registry.read(folder), model_id, version)
    served = settings.published / "marts.duckdb"
    if not served.exists():
        raise Problem("nothing is published yet: `warehouse run` scores both versions and holds them against outcomes.")
    with duckdb.connect(str(served), read_only=True) as con:
        found = con.execute(FOUND, [model_id, version]).fetchall()
    if not found:
        raise Problem(
            f"{model_id} {version} was never held against an outcome: name one in score_outcomes.csv and let a month"
            " and its horizon pass."
        )
    refusals = [_refusal(*row) for row in found if not row[-1]]
    if refusals:
        raise Problem(f"{model_id} {version} stays a challenger of version {champion.model_version}: {refusals[0]}.")
    _archive(folder / "score_models.csv", champion)
    gains = ", ".join(
        f"{outcome} +{gain:.3f} AUC ({low:.3f} to {high:.3f})" for outcome, _, gain, low, high, _ in found
    )
    return f"{model_id} {version} is the champion, version {champion.model_version} is archived: {gains}; association."


def _champion(registry: Registry, model_id: str, version: int) -> Model:
    active = sorted(
        (model for model in registry.models if model.model_id == model_id and model.status == "active"),
        key=lambda model: model.model_version,
    )
    if version not in {model.model_version for model in active}:
        raise Problem(f"{model_id} {version} is not active: set its status in score_models.csv, so that it is scored.")
    if active[0].model_version == version:
        raise Problem(f"{model_id} {version} is the champion already: a challenger has a later version.")
    return active[0]


def _refusal(outcome: str, verdict: str, gain: float | None, low: float | None, high: float | None, _: bool) -> str:
    if gain is None:
        return f"{outcome}: {verdict.replace('_', ' ')} to compare them"
    interval = f"between {low:+.3f} and {high:+.3f}"
    return f"{outcome}: its AUC is {gain:+.3f} against the champion's, {interval}, which is not surely more"


def _archive(path: Path, model: Model) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[model.line - 1][rows[0].index("status")] = "archived"
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    beside.replace(path)
