"""The prover of score models: what the article's table can give, and twenty wrong models, each naming its fault."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from orchestration.scoring import bounds, prover
from orchestration.scoring.signal_faults import can_meet
from orchestration.settings import Problem

ARTICLE = Path(__file__).parent / "score_models" / "article"
SIGNAL = {
    "model_id": "m", "model_version": 1, "signal_id": "logins", "signal_order": 1, "label_en": "Logins",
    "label_ja": "ログイン", "source": "product_events", "event_type": "login", "measure": "events",
    "window_type": "period", "count_mode": "per_unit", "unit_size": 1, "weight": 10, "cap": 100,
}  # fmt: skip
MODEL = {
    "model_id": "m", "model_version": 1, "entity_type": "customer", "label_en": "M", "label_ja": "M",
    "scale_max": 100, "period_types": "month", "status": "active",
}  # fmt: skip
BAND = {"model_id": "m", "model_version": 1, "label_en": "b", "label_ja": "b"}
BANDS = [
    {**BAND, "band": "low", "band_order": 2, "lower_incl": 0, "upper_excl": 50},
    {**BAND, "band": "high", "band_order": 1, "lower_incl": 50},
]
ACTION = {"model_id": "m", "model_version": 1, "action_id": "call", "label_en": "Call", "label_ja": "電話する"}


def write(folder: Path, **seeds: list[dict]) -> Path:
    """Write the four seeds; those that are not given are those of a sound model."""
    sound = {"models": [MODEL], "signals": [SIGNAL], "bands": BANDS, "actions": [{**ACTION, "lower_incl": 80}]}
    for name, rows in (sound | seeds).items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"score_{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def faults_of(folder: Path) -> list:
    proofs, stray = prover.prove(folder)
    return [*stray, *(fault for proof in proofs for fault in proof.faults)]


def test_n9_of_the_articles_table_150_the_floor_and_the_overlaps_at_50_and_100_are_said():
    """N9: of the table as printed, and each fault with its line and remedy."""
    (proof,), stray = prover.prove(ARTICLE)
    assert (stray, proof.line) == (
        [], "customer_health 1 (draft): lowest -75 - 5n, highest 150 of 150; n: no cap on ticket_unresolved",
    )  # fmt: skip
    assert [str(fault) for fault in proof.faults] == [
        "score_bands.csv, line 3: mid and risk both hold 50: let risk end with upper_excl 50.",
        "score_bands.csv, line 2: high and mid both hold 100: let mid end with upper_excl 100.",
    ]


def test_m121_without_the_login_group_the_highest_would_be_175(tmp_path):
    """M121: both logins counted would be 25 too many."""
    registry = prover.Registry.read(ARTICLE)
    free = [signal.model_copy(update={"exclusive_group": None}) for signal in registry.signals]
    assert (bounds.of_model(registry.signals).highest, bounds.of_model(free).highest) == (150, 175)


def test_the_models_of_this_repository_are_sound():
    """M152: the ready models of SaaS, HR, sales and media, of products and posts have no fault."""
    assert [str(fault) for fault in faults_of(prover.SEEDS)] == []


def test_a_sound_model_has_no_fault(tmp_path):
    assert faults_of(write(tmp_path)) == []


ONCE = {"count_mode": "once", "measure": "day_share"}
WRONG = {
    "overlap": {"bands": [BANDS[0] | {"upper_excl": 60}, BANDS[1]]},
    "band_gap": {"bands": [BANDS[0] | {"upper_excl": 40}, BANDS[1]]},
    "band_start": {"bands": [BANDS[0] | {"lower_incl": 10}, BANDS[1]]},
    "band_end": {"bands": [BANDS[0], BANDS[1] | {"upper_excl": 101}]},
    "unreachable_band": {"bands": [BANDS[0] | {"upper_excl": 1}, {**BANDS[0], "band": "never", "lower_incl": 1,
                                   "upper_excl": 9}, BANDS[1] | {"lower_incl": 9}]},
    "unreachable_action": {"actions": [{**ACTION, "lower_incl": 101}]},
    "scale": {"models": [MODEL | {"scale_max": 150}]},
    "endless_reward": {"signals": [SIGNAL | {"cap": None}]},
    "counted_twice": {"models": [MODEL | {"scale_max": 200}],
                      "signals": [SIGNAL, SIGNAL | {"signal_id": "again", "event_type": "log%"}]},
    "dominated": {"models": [MODEL | {"scale_max": 50}], "bands": [BANDS[0] | {"upper_excl": 30},
                  BANDS[1] | {"lower_incl": 30}],
                  "signals": [SIGNAL | ONCE | {"weight": 50, "cap": None, "threshold": 0.2, "exclusive_group": "g"},
                              SIGNAL | ONCE | {"signal_id": "strict", "weight": 20, "cap": None, "threshold": 0.9,
                                               "exclusive_group": "g"}]},
    "cap_sign": {"signals": [SIGNAL, SIGNAL | {"signal_id": "t", "event_type": "error", "weight": -5, "cap": 20}]},
    "cap_below_weight": {"models": [MODEL | {"scale_max": 5}], "bands": [BANDS[0] | {"upper_excl": 5},
                         BANDS[1] | {"lower_incl": 5}], "signals": [SIGNAL | {"cap": 5}]},
    "never_counts": {"signals": [SIGNAL, SIGNAL | ONCE | {"signal_id": "s", "event_type": "pay", "threshold": 1.2}]},
    "no_unit": {"signals": [SIGNAL | {"unit_size": None}]},
    "window_days": {"signals": [SIGNAL | {"window_type": "trailing"}]},
    "no_among": {"signals": [SIGNAL | {"measure": "share", "weight": 100}]},
    "endless_window": {"signals": [SIGNAL | ONCE | {"window_type": "as_of", "threshold": 0.5, "weight": 100,
                                                    "cap": None}]},
    "decay_and_time_frame": {"signals": [SIGNAL | {"decay_half_life_days": 30}]},
    "group_limit": {"signals": [SIGNAL | {"score_group": "g"}]},
    "two_group_limits": {"signals": [SIGNAL | {"score_group": "g", "group_limit": 100},
                                     SIGNAL | {"signal_id": "b", "score_group": "g", "group_limit": 50}]},
    "reweight": {"signals": [SIGNAL | {"missing": "reweight", "exclusive_group": "g"}]},
    "no_weight": {"signals": [SIGNAL, SIGNAL | {"signal_id": "z", "event_type": "z", "weight": 0, "cap": None}]},
    "identity": {"models": [MODEL | {"entity_type": "employee"}]},
    "min_people": {"models": [MODEL | {"entity_type": "department", "min_people": 3}]},
    "without_parts": {"signals": [SIGNAL | {"model_version": 2}], "models": [MODEL, MODEL | {"model_version": 2,
                      "status": "draft"}]},
    "unknown_model": {"actions": [{**ACTION, "model_id": "other", "lower_incl": 0}]},
    "unreadable": {"models": [MODEL | {"status": "activ"}]},
    "repeated": {"signals": [SIGNAL, SIGNAL]},
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_model_is_told_its_fault_and_stops_the_build(tmp_path, kind):
    """N9, M176 and N24: decay beside a time frame, viewers and small groups are among what is refused."""
    folder = write(tmp_path, **WRONG[kind])
    found = {fault.kind: str(fault) for fault in faults_of(folder)}
    assert kind in found, found
    assert found[kind].startswith("score_")
    assert ", line " in found[kind]
    with pytest.raises(Problem, match=r"score_\w+\.csv, line \d"):
        prover.require_sound(folder)


def test_an_inconsistent_draft_stops_nothing(tmp_path):
    prover.require_sound(write(tmp_path, models=[MODEL | {"status": "draft", "scale_max": 150}]))


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [("login", "login", True), ("feature:%", "feature:a", True), ("nps_promoter", "nps_detractor", False),
     ("%", "anything", True), ("a_c", "abc", True), ("a%z", "ab", False), ("%a", "b%", True)],
)  # fmt: skip
def test_two_patterns_meet_where_one_text_matches_both(one, other, meet):
    assert can_meet(one, other) is meet


def test_an_unknown_column_is_named_with_its_line(tmp_path):
    folder = write(tmp_path, signals=[SIGNAL | {"wheight": 3}])
    proofs, stray = prover.prove(folder)
    said = [str(fault) for fault in [*stray, *proofs[0].faults]]
    assert "score_signals.csv, line 2: wheight is no column of this seed: remove it." in said
