"""What the calibration of scores says of worlds in which the answer was planted."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pytest
import yaml
from sklearn.metrics import roc_auc_score

from orchestration.scoring import calibration, evidence, verdicts
from orchestration.settings import DBT_PROJECT, Settings
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


def test_a_signal_tells_how_many_show_it_beside_how_well_it_predicts():
    """M167: activation is found by predictive power and reach: the strongest signal, shown by one in five, says so."""
    world = planted_scores.samples(0)
    rare = np.arange(len(world.measured)) % 5 == 0
    login = world.signals.index("login_weekly")
    world.measured[~rare, login] = 0
    by_signal = {row["signal_id"]: row for row in verdicts.of_version(world, CHURN, None)}
    assert by_signal["login_weekly"]["reach_share"] == pytest.approx(0.2)
    assert by_signal["login_weekly"]["reach_n"] == by_signal["login_weekly"]["n"] / 5
    assert by_signal["tickets"]["reach_share"] == 1
    assert "reach_share" not in by_signal["score"]


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


MARTS = """
    attach ':memory:' as candidate;
    create schema candidate.marts;
    create table reporting_window as select date '2026-08-31' as last_date;
    create table candidate.marts.engagement_scores as
    select
        'customer_health' as model_id, 1::bigint as model_version, 'customer' as entity_type, 'c' || who as entity_id,
        'month' as period_type, date '2026-01-01' + to_months(month) as period_start,
        last_day(period_start) as period_end, (hash(who * 100 + month) % 150)::double as score,
        case when score >= 100 then 'high' when score >= 50 then 'mid' else 'risk' end as band, false as is_partial
    from range(400) as people(who) cross join range(8) as months(month);
    alter table candidate.marts.engagement_scores alter period_start type date;
    create table candidate.marts.engagement_score_contributions as
    select scores.* exclude (period_end, score, band, is_partial), signal_id,
        case signal_id when 'noise' then (hash(entity_id || period_start) % 150)::double else score end as measured
    from candidate.marts.engagement_scores as scores cross join (values ('features_used'), ('noise')) as of(signal_id);
    create table candidate.marts.fct_conversions
        (person_key varchar, conversion_type varchar, occurred_at timestamptz);
    create table candidate.marts.fct_entity_events as
    select
        entity_type, entity_id, 'outcome:churned' as event_type, min(period_end) + 5 as event_date, 'outcomes' as source
    from candidate.marts.engagement_scores where score < 6 group by all;
"""


@pytest.fixture
def candidate(tmp_path):
    """A candidate of eight months in which who scores below 6 leaves within the next days."""
    settings = Settings.load(tmp_path, {})
    con = duckdb.connect()
    con.execute(MARTS)
    columns = columns_of_contract()
    con.execute(f"create table candidate.marts.engagement_score_calibration ({columns})")
    yield con, settings
    con.close()


def columns_of_contract() -> str:
    """The columns of the table, as its contract has them."""
    path = DBT_PROJECT / "models" / "marts" / "score" / "_score_calibration__models.yml"
    model = yaml.safe_load(path.read_text(encoding="utf-8"))["models"][0]
    return ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])


def test_the_table_says_what_the_past_months_of_a_candidate_show(candidate):
    """M142: who scored low left; the signal of the score is first, the other is none; nobody counts after leaving."""
    con, settings = candidate
    calibration.fill(con, settings, "reporting_window")
    table = "from candidate.marts.engagement_score_calibration"
    found = con.execute(
        f"select signal_id, verdict, predictive_rank {table} where outcome = 'churned' order by 3 nulls first"
    )
    assert found.fetchall() == [
        ("score", "predictive", None), ("features_used", "predictive", 1), ("noise", "not_predictive", 2),
    ]  # fmt: skip
    last = con.execute(f"select distinct tested_through, horizon_days, claim_level {table} where outcome = 'churned'")
    assert last.fetchall() == [(date(2026, 7, 1), 30, "association")]
    stayed = con.execute(
        "select count(*) from samples where exists (from candidate.marts.fct_entity_events as gone where"
        " gone.entity_id = samples.entity_id and gone.event_date <= samples.period_end)"
    )
    assert stayed.fetchone() == (0,)


def test_a_day_that_brings_no_new_sample_takes_the_served_rows_over(candidate, monkeypatch):
    con, settings = candidate
    calibration.fill(con, settings, "reporting_window")
    settings.published.mkdir(parents=True)
    (settings.published / "marts.duckdb").symlink_to("marts-1.duckdb")
    con.execute(f"attach '{settings.published}/marts-1.duckdb' as written; create schema written.marts")
    con.execute(
        "create table written.marts.engagement_score_calibration as from candidate.marts.engagement_score_calibration"
    )
    con.execute("detach written")
    before = con.execute("from candidate.marts.engagement_score_calibration order by all").fetchall()
    con.execute("delete from candidate.marts.engagement_score_calibration")
    monkeypatch.setattr(verdicts, "rows", lambda con: pytest.fail("fitted again"))
    calibration.fill(con, settings, "reporting_window")
    assert con.execute("from candidate.marts.engagement_score_calibration order by all").fetchall() == before
