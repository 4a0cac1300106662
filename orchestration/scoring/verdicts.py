"""The rows of the calibration: one a model version, outcome and signal, and one for the score as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np

from orchestration.scoring import evidence
from orchestration.scoring.evidence import Figure, Samples
from orchestration.scoring.registry import Band, Registry

# Outcomes that a high score should keep away.
UNWANTED = {"churned"}
MEASURED = """
    select entity_id, period_start, signal_id, measured from candidate.marts.engagement_score_contributions
    semi join (from samples where model_id = $1 and model_version = $2 and outcome = $3)
        using (model_id, model_version, entity_type, entity_id, period_type, period_start)
"""
SCORE = "score"  # stands in the place of a signal for the score as a whole


def rows(con: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """Yield the rows of every model version and outcome that has samples."""
    bands = Registry.read().bands
    asked = con.execute(
        "select model_id, outcome, horizon_days, list(distinct model_version order by model_version) from samples"
        " group by all order by all"
    ).fetchall()
    for model_id, outcome, horizon_days, versions in asked:
        samples = {version: _samples(con, model_id, version, outcome, bands) for version in versions}
        for version in versions:
            told = {"model_id": model_id, "model_version": version, "outcome": outcome, "horizon_days": horizon_days}
            # The oldest active version is the champion, each later one challenges it.
            champion = samples[versions[0]] if version != versions[0] else None
            for row in of_version(samples[version], -1 if outcome in UNWANTED else 1, champion):
                yield told | {"champion_version": versions[0]} | row


def of_version(samples: Samples, sign: int, champion: Samples | None) -> Iterator[dict[str, Any]]:
    """Yield the row of the score, then those of its signals, the most important first."""
    parts = samples.split()
    if parts is None:
        yield {
            "signal_id": SCORE, "n": len(samples.happened), "outcome_n": int(samples.happened.sum()),
            "verdict": "too_few_outcomes", "may_be_promoted": False,
        }  # fmt: skip
        return
    train, test = parts
    told = {
        "n": len(test.happened), "outcome_n": int(test.happened.sum()),
        "trained_from": min(train.periods.tolist()), "trained_through": max(train.periods.tolist()),
        "tested_from": min(test.periods.tolist()), "tested_through": max(test.periods.tolist()),
    }  # fmt: skip
    yield told | _of_score(samples, sign, champion)
    figures = evidence.of_signals(samples)
    ranked = sorted(figures.items(), key=lambda item: (-item[1][1].value, item[0]))
    for rank, (signal_id, (own, importance)) in enumerate(ranked, start=1):
        verdict = "predictive" if evidence.is_sure(importance) else "not_predictive"
        # Who shows the signal at all: what predicts best but hardly anybody does is no step to lead everybody to.
        reached = int(np.count_nonzero(test.measured[:, test.signals.index(signal_id)]))
        yield told | {
            "signal_id": signal_id, **_figure("auc", own), **_figure("importance", importance),
            "predictive_rank": rank, "verdict": verdict, "reach_n": reached, "reach_share": reached / told["n"],
        }  # fmt: skip


def _of_score(samples: Samples, sign: int, champion: Samples | None) -> dict[str, Any]:
    figures = evidence.of_score(samples, sign)
    row: dict[str, Any] = {
        "signal_id": SCORE,
        "are_bands_monotone": evidence.are_bands_monotone(samples, sign),
        "verdict": "predictive" if figures["auc"].low > 0.5 else "not_predictive",
        "may_be_promoted": False,
    }
    for name, figure in figures.items():
        row |= _figure(name, figure)
    gained = evidence.gain(champion, samples, sign) if champion else None
    if gained:
        row |= _figure("auc_gain", gained) | {"may_be_promoted": gained.low > 0}
    return row


def _figure(name: str, figure: Figure) -> dict[str, float]:
    return {name: figure.value, f"{name}_low": figure.low, f"{name}_high": figure.high}


def _samples(
    con: duckdb.DuckDBPyConnection, model_id: str, version: int, outcome: str, bands_known: list[Band]
) -> Samples:
    """Return the samples of one model version and outcome as arrays, in the order of entity and period."""
    names = [model_id, version, outcome]
    held = con.execute(
        "select entity_id, period_start, score, band, happened from samples"
        " where model_id = ? and model_version = ? and outcome = ? order by all",
        names,
    ).fetchall()
    entities, periods, scores, bands, happened = zip(*held, strict=True)
    place = {key: row for row, key in enumerate(zip(entities, periods, strict=True))}
    measured = con.execute(MEASURED, names).fetchall()
    signals = tuple(sorted({signal for _, _, signal, _ in measured}))
    column = {signal: number for number, signal in enumerate(signals)}
    values = np.zeros((len(held), len(signals)))
    for entity, period, signal, value in measured:
        values[place[entity, period], column[signal]] = value
    orders = {band.band: band.band_order for band in bands_known if band.model == (model_id, version)}
    return Samples(
        np.array(entities), np.array([period.isoformat() for period in periods]), np.array(scores, dtype=float),
        np.array([orders.get(band, 0) for band in bands]), np.array(happened, dtype=bool), values, signals,
    )  # fmt: skip
