"""Worlds in which it is known which signals go with churn: samples made by rule, without a warehouse."""

from __future__ import annotations

import numpy as np

from orchestration.scoring.evidence import Samples

# What each signal adds to the logit of churn, by standard deviation: their order of importance is planted.
EFFECTS = {"login_weekly": -1.6, "tickets": 0.9, "features": -0.45, "session_minutes": 0.0}
MONTHS = tuple(f"2026-0{month}-01" for month in range(1, 7))
PEOPLE = 500


def samples(seed: int, weights: dict[str, float] | None = None, effects: dict[str, float] | None = None) -> Samples:
    """Return a world; the score is made with `weights`, by default those of the truth."""
    effects = effects or EFFECTS
    rng = np.random.default_rng(seed)
    lasting = rng.normal(size=(PEOPLE, len(effects)))  # what a person is like, month after month
    rows = len(MONTHS) * PEOPLE
    measured = np.concatenate([0.7 * lasting + 0.7 * rng.normal(size=lasting.shape) for _ in MONTHS])
    logit = measured @ np.array(list(effects.values())) - 1.2
    happened = rng.random(rows) < 1 / (1 + np.exp(-logit))
    weights = weights or {signal: -effect for signal, effect in effects.items()}
    scores = 50 + 10 * measured @ np.array([weights[signal] for signal in effects])
    bands = np.select([scores >= 60, scores >= 45], [1, 2], 3)
    entities = np.tile([f"c{number}" for number in range(PEOPLE)], len(MONTHS))
    return Samples(entities, np.repeat(MONTHS, PEOPLE), scores, bands, happened, measured, tuple(effects))
