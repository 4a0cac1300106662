"""Relations between metrics, put to worlds whose relation was planted."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from kpi_models import RELATIONS, KpiModels, compile_models
from kpi_worlds import World, tables


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> KpiModels:
    return KpiModels(RELATIONS, compile_models(tmp_path_factory.mktemp("kpi"), RELATIONS))


def found(models: KpiModels, worlds: list[World]) -> dict[str, list[dict]]:
    """The assessments of each world, the newest last."""
    (rows,) = models.run(tables(worlds), "kpi_relations")
    rows.sort(key=lambda row: row["assessed_on"])
    return {world.name: [row for row in rows if row["brand_id"] == world.name] for world in worlds}


def test_planted_lags_and_elasticities_are_found(models):
    """M52: the right lag in at least 90 % of worlds, and the elasticity within 10 %."""
    chance = random.Random("planted")
    worlds = [
        World(f"w{number}", elasticity=chance.choice([-0.7, 0.5, 0.8, 1.2]), lag=chance.randrange(11))
        for number in range(60)
    ]
    last = {name: rows[-1] for name, rows in found(models, worlds).items()}
    lags = [last[world.name]["lag_days"] == world.lag for world in worlds]
    close = [abs(last[world.name]["elasticity"] / world.elasticity - 1) <= 0.1 for world in worlds]
    inside = [last[w.name]["elasticity_low"] <= w.elasticity <= last[w.name]["elasticity_high"] for w in worlds]
    supported = [last[world.name]["state"] == "supported" for world in worlds]
    assert [sum(each) / 60 >= 0.9 for each in (lags, close, inside, supported)] == [True] * 4


def test_two_series_that_only_wander_are_refused(models):
    """M52: random walks come out as not supported in at least 95 % of worlds."""
    worlds = [World(f"walk{number}", elasticity=None) for number in range(100)]
    states = [rows[-1]["state"] for rows in found(models, worlds).values()]
    assert states.count("not_supported") >= 95


def test_a_relation_that_fades_is_told_within_two_months_and_noise_is_not(models):
    """N6 and M44: an edge that stops predicting is weak within two months; one that goes on is not."""
    fading = [World(f"fade{number}", fades_on=90, noise=0.25) for number in range(40)]
    lasting = [World(f"last{number}", noise=0.25) for number in range(40)]
    rows = found(models, fading + lasting)
    weak = {name: any(row["state"] == "weak" and row["is_review_due"] for row in r) for name, r in rows.items()}
    assert sum(weak[world.name] for world in fading) >= 36
    assert sum(weak[world.name] for world in lasting) <= 2


def test_a_relation_is_not_judged_on_few_days(models):
    """M44: under eight periods, and under four weeks, there is no verdict."""
    for days in (7, 20):
        (rows,) = found(models, [World("short", days=days)]).values()
        assert {(row["state"], row["r"], row["elasticity"]) for row in rows} == {("insufficient", None, None)}


def test_the_slope_in_units_is_that_of_the_formula(models):
    """M52: y = 0.01 x and noise is recovered within 10 %."""
    world = World("linear")
    given = tables([world])
    chance = random.Random("linear")
    metrics = given["intermediate.int_brand_metrics_by_period"]
    x = {row["period_start"]: row["value"] for row in metrics if row["metric_id"] == "displays"}
    for row in metrics:
        if row["metric_id"] == "clicks":
            row["value"] = 0.01 * x[row["period_start"]] + chance.gauss(0, 3)
    (rows,) = models.run(given, "kpi_relations")
    last = max(rows, key=lambda row: row["assessed_on"])
    assert last["unit_slope"] == pytest.approx(0.01, rel=0.1)
    assert (last["lag_days"], last["state"], last["claim_level"]) == (0, "supported", "association")
    assert last["expires_on"] == world.last + timedelta(92)
