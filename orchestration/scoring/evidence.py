"""How well a score and its signals tell what came later: every figure out of time, with an interval.

A sample is one entity at the end of one period; `happened` says whether the outcome came within the horizon. Fits see
the earlier periods alone, figures are of the later ones. Intervals are percentile bootstraps over entities, since the
periods of one entity are no independent samples. What is found is association.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

RESAMPLES = 100
LEVEL = 0.99
# How many standard errors a signal's importance lies above zero before it counts: one useless signal in 5,000 does.
SURE = 3.5
FEWEST = 20  # outcomes, and entities without, on either side of the split
FEWEST_OF_BAND = 20
SHUFFLES = 3


@dataclass(frozen=True)
class Samples:
    """Samples of one model version: arrays of one length, `measured` with a column a signal of `signals`."""

    entities: np.ndarray
    periods: np.ndarray
    scores: np.ndarray
    bands: np.ndarray
    happened: np.ndarray
    measured: np.ndarray
    signals: tuple[str, ...]

    def where(self, mask: np.ndarray) -> Samples:
        """Return the samples of a mask."""
        parts = (self.entities, self.periods, self.scores, self.bands, self.happened, self.measured)
        return Samples(*(part[mask] for part in parts), self.signals)

    def split(self) -> tuple[Samples, Samples] | None:
        """Return the earlier two thirds of the periods and the later third, or None where one has too few outcomes."""
        periods = np.unique(self.periods)
        if len(periods) < 2:
            return None
        first = periods[min(-(-2 * len(periods) // 3), len(periods) - 1)]
        parts = self.where(self.periods < first), self.where(self.periods >= first)
        fewest = min(min(part.happened.sum(), (~part.happened).sum()) for part in parts)
        return parts if fewest >= FEWEST else None


@dataclass(frozen=True)
class Figure:
    """A figure of the later periods with its interval."""

    value: float
    low: float
    high: float
    error: float


def resampled(entities: np.ndarray, statistics: Callable[[np.ndarray], Sequence[float]]) -> list[Figure]:
    """Return statistics of rows, given as their indices, each with its interval over resampled entities."""
    rng = np.random.default_rng(0)
    names, places = np.unique(entities, return_inverse=True)
    order = np.argsort(places, kind="stable")
    rows_of = np.split(order, np.searchsorted(places[order], np.arange(1, len(names))))
    drawn = np.array(
        [
            statistics(np.concatenate([rows_of[name] for name in rng.integers(len(names), size=len(names))]))
            for _ in range(RESAMPLES)
        ]
    )
    low, high = np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    found = zip(statistics(order), low, high, np.nanstd(drawn, axis=0), strict=True)
    return [Figure(*map(float, figures)) for figures in found]


def auc(happened: np.ndarray, leanings: np.ndarray) -> np.ndarray:
    """Return for each row of `leanings` the share of pairs in which the one it happened to leans more; ties are half.

    scikit-learn's roc_auc_score gives the same for one row, at twenty times the cost for the thousands asked here.
    """
    from scipy.stats import rankdata  # it may not be loaded with the definitions

    yes = happened.sum()
    no = len(happened) - yes
    if not yes or not no:
        return np.full(len(leanings), np.nan)
    ranks = rankdata(leanings, axis=1)[:, happened].sum(axis=1)
    return (ranks - yes * (yes + 1) / 2) / (yes * no)


def lift_of_top_decile(happened: np.ndarray, leaning: np.ndarray) -> float:
    """Return the outcome's rate among the tenth that leans most to it over that of all; ties share."""
    least = np.sort(leaning)[-max(len(leaning) // 10, 1)]
    rate = happened.mean()
    return happened[leaning >= least].mean() / rate if rate else np.nan


def of_score(samples: Samples, sign: int) -> dict[str, Figure]:
    """Return AUC, lift in the top decile and Brier score; `sign` is 1 where a high score means the outcome."""
    train, test = samples.split()
    fit = make_pipeline(StandardScaler(), LogisticRegression()).fit(train.scores[:, None], train.happened)
    leaning, expected = sign * test.scores, fit.predict_proba(test.scores[:, None])[:, 1]

    def statistics(rows: np.ndarray) -> list[float]:
        happened = test.happened[rows]
        return [
            auc(happened, leaning[None, rows])[0],
            lift_of_top_decile(happened, leaning[rows]),
            brier_score_loss(happened, expected[rows]),
        ]

    return dict(zip(("auc", "lift_top_decile", "brier"), resampled(test.entities, statistics), strict=True))


def are_bands_monotone(samples: Samples, sign: int) -> bool | None:
    """Tell whether the outcome is ever rarer (sign 1) or commoner (-1) in lower bands; None of fewer than two bands."""
    _, test = samples.split()
    orders = [order for order in np.unique(test.bands) if (test.bands == order).sum() >= FEWEST_OF_BAND]
    rates = [sign * test.happened[test.bands == order].mean() for order in orders]
    return None if len(rates) < 2 else all(better >= worse for better, worse in pairwise(rates))


def of_signals(samples: Samples) -> dict[str, tuple[Figure, Figure]]:
    """Return by signal its own AUC, and its importance: the AUC of all signals that is lost when it is shuffled."""
    train, test = samples.split()
    scaler = StandardScaler().fit(train.measured)
    known, later = scaler.transform(train.measured), scaler.transform(test.measured)
    fit = LogisticRegression().fit(known, train.happened)
    leaning = fit.decision_function(later)
    rng = np.random.default_rng(1)
    alone = np.where(fit.coef_.T >= 0, 1, -1) * later.T
    shuffled = [
        leaning + weight * (rng.permutation(column) - column)
        for weight, column in zip(fit.coef_[0], later.T, strict=True)
        for _ in range(SHUFFLES)
    ]
    leanings = np.vstack([leaning, *alone, *shuffled])
    count = len(samples.signals)

    def statistics(rows: np.ndarray) -> np.ndarray:
        found = auc(test.happened[rows], leanings[:, rows])
        lost = found[0] - found[1 + count :].reshape(count, SHUFFLES).mean(axis=1)
        return np.concatenate([found[1 : 1 + count], lost])

    figures = resampled(test.entities, statistics)
    return dict(zip(samples.signals, zip(figures[:count], figures[count:], strict=True), strict=True))


def is_sure(importance: Figure) -> bool:
    """Tell whether a signal has earned its place."""
    return importance.error > 0 and importance.value > SURE * importance.error


def gain(champion: Samples, challenger: Samples, sign: int) -> Figure | None:
    """Return the AUC that a challenger has beyond the champion on the samples of the later periods of both."""
    halves = champion.split(), challenger.split()
    if None in halves:
        return None
    ours, theirs = halves[0][1], halves[1][1]
    held = {key: place for place, key in enumerate(zip(ours.entities, ours.periods, strict=True))}
    pairs = [
        (held[key], place) for place, key in enumerate(zip(theirs.entities, theirs.periods, strict=True)) if key in held
    ]
    mine, other = np.array(pairs, dtype=int).reshape(-1, 2).T
    happened, old, new = ours.happened[mine], sign * ours.scores[mine], sign * theirs.scores[other]
    if not 0 < happened.sum() < len(happened):
        return None
    scores = np.vstack([old, new])

    def more(rows: np.ndarray) -> np.ndarray:
        return np.diff(auc(happened[rows], scores[:, rows]))

    return resampled(ours.entities[mine], more)[0]
