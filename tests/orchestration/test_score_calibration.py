"""What the calibration of scores says of worlds in which the answer was planted."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from orchestration.scoring import evidence, verdicts
from tests.orchestration import planted_scores

WORLDS = range(12)
CHURN = -1


@pytest.fixture(scope="module")
def found() -> list[list[dict]]:
    return [list(verdicts.of_version(planted_scores.samples(seed), CHURN, None)) for seed in WORLDS]


def test_the_planted_ranking_of_signals_is_recovered_in_nine_of_ten_worlds(found):
    """M142 and M167: weekly login predicts most, session time not at all; split by time, not at random."""
    planted = sorted(planted_scores.EFFECTS, key=lambda signal: -abs(planted_scores.EFFECTS[signal]))
    recovered = [[row["signal_id"] for row in rows[1:4]] == planted[:3] for rows in found]
    assert np.mean(recovered) >= 0.9
    assert {(row["trained_through"], row["tested_from"]) for rows in found for row in rows} == {
        ("2026-04-01", "2026-05-01")
    }


def test_a_useless_signal_is_predictive_in_no_world_and_the_strongest_in_all(found):
    """M142: session time, which does nothing, never earns a place."""
    verdict = {
        signal: [row["verdict"] for rows in found for row in rows if row["signal_id"] == signal]
        for signal in planted_scores.EFFECTS
    }
    assert set(verdict["session_minutes"]) == {"not_predictive"}
    assert set(verdict["login_weekly"]) == {"predictive"}


def test_a_score_of_true_weights_is_better_than_chance_in_every_figure(found):
    """M184: AUC, lift in the top decile and Brier are on the right side with their whole interval."""
    for (score, *_), seed in zip(found, WORLDS, strict=True):
        rate = planted_scores.samples(seed).split()[1].happened.mean()
        assert score["auc_low"] > 0.7
        assert score["lift_top_decile_low"] > 1.5
        assert score["brier_high"] < rate * (1 - rate)
        assert score["are_bands_monotone"]
        assert score["verdict"] == "predictive"


def test_a_challenger_is_promoted_only_when_it_is_better():
    """N11: in every world the true weights beat even ones, and even ones never beat the true."""
    even = {signal: -np.sign(effect) or 1.0 for signal, effect in planted_scores.EFFECTS.items()}
    for seed in WORLDS:
        true, level = planted_scores.samples(seed), planted_scores.samples(seed, even)
        assert next(verdicts.of_version(true, CHURN, level))["may_be_promoted"]
        assert not next(verdicts.of_version(level, CHURN, true))["may_be_promoted"]
        assert not next(verdicts.of_version(true, CHURN, true))["may_be_promoted"], "none is better than itself"


def test_a_world_of_chance_promotes_nothing_and_predicts_nothing():
    nothing = dict.fromkeys(planted_scores.EFFECTS, 0.0)
    for seed in WORLDS:
        random_weights = {signal: np.random.default_rng(seed).normal() for signal in nothing}
        challenger = planted_scores.samples(seed, random_weights, nothing)
        champion = planted_scores.samples(seed, dict.fromkeys(nothing, 1.0), nothing)
        rows = list(verdicts.of_version(challenger, CHURN, champion))
        assert not rows[0]["may_be_promoted"]
        assert {row["verdict"] for row in rows[1:]} == {"not_predictive"}


def test_an_auc_counts_pairs():
    happened, leaning = np.array([True, False, True, False]), np.array([4.0, 1.0, 2.0, 2.0])
    pairs = [(one, other) for one in leaning[happened] for other in leaning[~happened]]
    expected = sum(1.0 if one > other else 0.5 if one == other else 0.0 for one, other in pairs) / len(pairs)
    assert evidence.auc(happened, leaning[None]) == expected == roc_auc_score(happened, leaning)


def test_the_lift_of_the_top_decile_is_a_rate_over_the_rate_of_all():
    happened = np.array([True, False] + [True] * 3 + [False] * 15)
    leaning = np.arange(20, 0, -1).astype(float)
    assert evidence.lift_of_top_decile(happened, leaning) == pytest.approx((1 / 2) / (4 / 20))


def test_too_few_outcomes_make_no_figure():
    world = planted_scores.samples(1)
    rare = world.where(~world.happened | (world.periods == "2026-01-01"))
    (row,) = verdicts.of_version(rare, CHURN, None)
    assert (row["verdict"], row["may_be_promoted"], row.get("auc")) == ("too_few_outcomes", False, None)
