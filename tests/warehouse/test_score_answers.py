"""What the score tables answer about people whose history was written by the test."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import yaml
from score_models import SEEDS, ScoreModels, compile_models

LAST = date(2026, 6, 30)
JUNE = [date(2026, 6, day) for day in range(1, 31)]
MONTHS = [date(2026, month, 1) for month in range(1, 7)]


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> ScoreModels:
    return ScoreModels(compile_models(tmp_path_factory.mktemp("score")))


def event(who: str, kind: str, day: date, quantity: float = 1.0, source: str = "product_events", **more) -> dict:
    event_id = f"{source}:{who}:{more.get('member_id', '')}:{kind}:{day}"
    named = {"event_id": event_id, "entity_type": "customer", "entity_id": who, "member_id": None} | more
    when = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return named | {"event_type": kind, "occurred_at": when, "event_date": day, "quantity": quantity, "source": source}


def seed(name: str, **changed) -> list[dict]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{key: value or None for key, value in row.items()} | changed for row in csv.DictReader(file)]


def month_of(who: str, logins: int, features: int, minutes: float, month: date = JUNE[0]) -> list[dict]:
    days = [month + timedelta(days=number * 28 // max(logins, 1)) for number in range(logins)]
    used = [event(who, f"feature:{number}", month) for number in range(features)]
    return [*(event(who, "login", day) for day in days), *(event(who, "session", month, minutes),), *used]


def example(who: str = "example") -> list[dict]:
    """The article's customer: weekly login, three features, 30 minutes, a promoter, one open ticket."""
    return [
        *month_of(who, 4, 3, 30.0),
        event(who, "nps_promoter", JUNE[4], 9, "survey_responses"),
        event(who, "ticket_opened", JUNE[5], source="support_tickets", event_id=f"{who}:opened"),
    ]


def customers(models: ScoreModels, table: str, columns: str, where: str = "true", order: str = "entity_id") -> list:
    return models.rows(
        f"select {columns} from marts.{table} where model_id = 'customer_health' and period_type = 'month' and {where}"
        f" order by {order}"
    )


def test_ten_points_to_the_next_band_are_one_more_feature(models):
    """N10: 90 of 150 is ten points below the best band, which one more feature, or the ticket and more, would reach."""
    models.load(LAST, example())
    models.run()
    assert customers(models, "next_actions", "points_lacking, step_signal_id, step_units, step_en") == [
        {
            "points_lacking": 10, "step_signal_id": "features_used", "step_units": 1,
            "step_en": "+10 to Highly engaged: 1 more of Features in use",
        }
    ]  # fmt: skip


def test_everyone_has_one_action_with_a_reason_of_the_ledger(models):
    """M139: re-engage, upsell and between them no action due; each reason is a contribution."""
    people = example() + month_of("asleep", 1, 0, 5.0) + month_of("keen", 28, 5, 50.0)
    models.load(LAST, people)
    models.run()
    assert customers(models, "next_actions", "entity_id, action_id, channel, owner, reason_en") == [
        {"entity_id": "asleep", "action_id": "re_engage", "channel": "mail", "owner": "Customer success",
         "reason_en": "Logs in daily 0"},
        {"entity_id": "example", "action_id": "keep_in_touch", "channel": "none", "owner": "Nobody",
         "reason_en": "Features in use 30"},
        {"entity_id": "keen", "action_id": "upsell", "channel": "call", "owner": "Account management",
         "reason_en": "Logs in daily 50"},
    ]  # fmt: skip


def test_risk_times_value_ranks_a_large_customer_first(models):
    """M140: risk 0.8 of 500,000 ranks above 0.9 of 100,000, and another currency has a list of its own."""
    people = [
        *month_of("large", 1, 3, 0.0), event("large", "value:JPY", JUNE[2], 500_000, "outcomes"),
        *month_of("small", 1, 1, 10.0), event("small", "value:JPY", JUNE[2], 100_000, "outcomes"),
        *month_of("euro", 1, 1, 10.0), event("euro", "value:EUR", JUNE[2], 5, "outcomes"),
    ]  # fmt: skip
    models.load(LAST, people)
    models.run()
    found = customers(models, "next_actions", "entity_id, risk, priority_amount, currency, priority_rank")
    assert [(row["entity_id"], row["currency"], row["priority_rank"]) for row in found] == [
        ("euro", "EUR", 1), ("large", "JPY", 1), ("small", "JPY", 2),
    ]  # fmt: skip
    assert [row["risk"] for row in found] == pytest.approx([0.9, 0.8, 0.9])
    assert [row["priority_amount"] for row in found] == pytest.approx([4.5, 400_000, 90_000])


def test_a_high_score_that_complains_or_pays_less_stands_first(models):
    """M145, M183 and N12: score against NPS and against revenue, in both directions, ranked."""
    people = [
        *month_of("calm", 28, 5, 50.0), *month_of("angry", 28, 5, 50.0), *month_of("fond", 1, 1, 5.0),
        event("angry", "nps_detractor", JUNE[3], 2, "survey_responses"),
        event("angry", "interview", JUNE[4]),
        event("angry", "csat_answer", JUNE[3], 1, "survey_responses"),
        event("angry", "value:JPY", JUNE[0], 900, "outcomes"), event("angry", "value:JPY", JUNE[9], 500, "outcomes"),
        event("fond", "nps_promoter", JUNE[3], 10, "survey_responses"),
    ]  # fmt: skip
    models.load(LAST, people)
    models.run()
    columns = "entity_id, nps_disagreement, value_disagreement, csat_answer, interview_count, disagreement_rank"
    assert customers(models, "engagement_score_context", columns, order="disagreement_rank") == [
        {"entity_id": "angry", "nps_disagreement": "high_score_detractor",
         "value_disagreement": "high_score_value_falling", "csat_answer": 1, "interview_count": 1,
         "disagreement_rank": 1},
        {"entity_id": "fond", "nps_disagreement": "low_score_promoter", "value_disagreement": None,
         "csat_answer": None, "interview_count": 0, "disagreement_rank": 2},
        {"entity_id": "calm", "nps_disagreement": None, "value_disagreement": None, "csat_answer": None,
         "interview_count": 0, "disagreement_rank": 3},
    ]  # fmt: skip


def test_the_largest_gap_of_the_lowest_decile_is_named(models):
    """M149: of twenty customers two never use a feature, which sets them apart; power users log in daily."""
    people = [row for n in range(16) for row in month_of(f"c{n:02}", 4, 4, 20.0)]
    people += [row for n in (16, 17) for row in month_of(f"c{n}", 4, 0, 20.0)]
    people += [row for n in (18, 19) for row in month_of(f"c{n}", 28, 4, 20.0)]
    models.load(LAST, people)
    models.run()
    found = customers(
        models, "engagement_score_drivers", "segment, signal_id, segment_n, gap", "gap_rank = 1", "segment"
    )
    assert [(row["segment"], row["signal_id"], row["segment_n"]) for row in found] == [
        ("friction", "features_used", 2), ("power_user", "login_daily", 2),
    ]  # fmt: skip
    assert found[0]["gap"] == -40.0


def test_a_product_of_forty_twenty_and_sixty_percent_scores_forty(models):
    """M132: adoption 0.40, stickiness 0.20 and growth 0.60 are 40.0, each a row of the ledger."""
    people = [f"m{number}" for number in range(10)]
    use = {"source": "product_use", "entity_type": "product"}
    given = [event("customer", "login", day, member_id=who, **use) for who in people for day in JUNE[:6]]
    given += [event("customer", "feature:a", JUNE[1], member_id=who, **use) for who in people[:4]]
    given += [event("customer", "login", date(2026, 5, 3), member_id=who, **use) for who in people[:4]]
    models.load(LAST, given)
    models.run("engagement_scores")
    where = "model_id = 'product_engagement' and period_start = date '2026-06-01' and period_type = 'month'"
    assert models.rows(f"select score from marts.engagement_scores where {where}") == [{"score": 40.0}]
    parts = models.rows(
        f"select signal_id, measured from marts.engagement_score_contributions where {where} order by 1"
    )
    assert {row["signal_id"]: row["measured"] for row in parts} == pytest.approx(
        {"adoption": 0.4, "growth": 0.6, "stickiness": 0.2}
    )


def test_rates_of_absence_and_of_leavers_are_ratios_of_sums(models):
    """M130: two months of 4 in 100 and 8 in 300 days absent are 3 percent, which costs 6 points."""
    named = {"entity_type": "department"}
    given = [
        event("sales", "employee_answer_favourable", JUNE[1], 5, "department_answers", member_id=f"p{n}", **named)
        for n in range(5)
    ]
    for month, absent, days in ((date(2026, 4, 1), 4, 100), (date(2026, 5, 1), 8, 300)):
        given += [
            event("sales", "days_absent", month, absent, "hr_metrics", **named),
            event("sales", "days_present", month, days - absent, "hr_metrics", **named),
        ]
    models.load(LAST, given)
    models.run("engagement_scores")
    parts = models.rows(
        "select signal_id, measured, points from marts.engagement_score_contributions"
        " where model_id = 'employee_engagement' and signal_id in ('absence', 'answer_mean') order by 1"
    )
    assert [(row["signal_id"], row["points"]) for row in parts] == [("absence", -6.0), ("answer_mean", 60.0)]
    assert parts[0]["measured"] == pytest.approx(0.03)


def test_a_rule_of_others_is_one_model_of_seeds(models):
    """M133: 0.2, 0.4 and 0.4 of likes, reposts and replies; a video counts when half of it was watched."""
    base = {
        "model_id": "atproto", "model_version": 1, "label_en": "s", "label_ja": "s", "source": "product_events",
        "measure": "events", "window_type": "period", "count_mode": "per_unit", "unit_size": 1.0, "cap": 40.0,
    }  # fmt: skip
    kinds = (("like", 0.2), ("repost", 0.4), ("reply", 0.4))
    signals = [
        base | {"signal_id": kind, "signal_order": place, "event_type": kind, "weight": weight}
        for place, (kind, weight) in enumerate(kinds)
    ]
    model = seed("score_models")[0] | {"model_id": "atproto", "entity_type": "post", "scale_max": "120"}
    bands = [row | {"model_id": "atproto"} for row in seed("score_bands")[:3]]
    counts = {"like": 10, "repost": 3, "reply": 2}
    given = [
        event("p", kind, JUNE[number], entity_type="post") for kind, count in counts.items() for number in range(count)
    ]
    models.load(LAST, given, score_models=[model], score_signals=signals, score_bands=bands)
    models.run("engagement_scores")
    found = models.rows("select distinct score from marts.engagement_scores where period_type = 'month'")
    assert found == [{"score": 0.2 * 10 + 0.4 * 3 + 0.4 * 2}]
    reader = {"entity_type": "reader"}
    models.load(LAST, [event("r", "video_half", JUNE[1], **reader), event("r", "video_begun", JUNE[1], **reader)])
    models.run("engagement_scores")
    assert models.rows("select distinct score from marts.engagement_scores where model_id = 'reader_engagement'") == [
        {"score": 5.0}
    ]


def test_satisfaction_counts_by_its_last_answer(models):
    """M134: promoters +25, passives 0, detractors -25, and no answer is 0 and marked as missing."""
    answers = {"nps_promoter": 25.0, "nps_passive": 0.0, "nps_detractor": -25.0}
    given = [row for who in [*answers, "silent"] for row in month_of(who, 1, 0, 0.0)]
    given += [event(kind, kind, JUNE[2], 5, "survey_responses") for kind in answers]
    models.load(LAST, given)
    models.run("engagement_scores")
    columns = "entity_id, sum(points) as points, bool_and(is_missing) as is_missing"
    found = customers(models, "engagement_score_contributions", columns, "signal_id like 'nps_%' group by entity_id")
    assert {row["entity_id"]: (row["points"], row["is_missing"]) for row in found} == {
        **{kind: (points, False) for kind, points in answers.items()}, "silent": (0.0, True),
    }  # fmt: skip


def test_versions_stand_side_by_side_and_drafts_are_not_scored(models):
    """M116 and M182: two active versions score in rows of their own; a draft and an archived one in none."""
    versions = {"1": "active", "2": "active", "3": "draft", "4": "archived"}
    first = seed("score_models")[0]
    registry = {
        "score_models": [first | {"model_version": number, "status": status} for number, status in versions.items()],
        "score_signals": [
            row | {"model_version": number} for number in versions for row in seed("score_signals")[:8]
        ],
        "score_bands": [row | {"model_version": number} for number in versions for row in seed("score_bands")[:3]],
    }  # fmt: skip
    models.load(LAST, example(), **registry)
    models.run("engagement_scores")
    assert customers(models, "engagement_scores", "model_version, score", order="model_version") == [
        {"model_version": 1, "score": 90.0}, {"model_version": 2, "score": 90.0},
    ]  # fmt: skip


def test_strong_needs_seventy_of_a_hundred_and_thirty_scores_before(models):
    """M128 and M185: the same score is strong only when enough history stands behind it."""
    few = [row for n in range(14) for month in MONTHS[3:] for row in month_of(f"c{n:02}", 28, 5, 50.0, month)]
    models.load(LAST, few)
    models.run("engagement_scores")
    read = customers(models, "engagement_scores", "distinct period_start, benchmark_n, reading", order="period_start")
    assert [(row["benchmark_n"], row["reading"]) for row in read] == [
        (0, "no_benchmark_yet"), (14, "no_benchmark_yet"), (28, "no_benchmark_yet"),
    ]  # fmt: skip
    models.load(LAST, few + [row for n in range(14, 17) for row in month_of(f"c{n}", 1, 0, 5.0, MONTHS[3])])
    models.run("engagement_scores")
    found = customers(models, "engagement_scores", "distinct reading", "period_start = date '2026-06-01'", "reading")
    assert [row["reading"] for row in found] == ["not_strong", "strong"]


@pytest.mark.parametrize(("leavers", "end", "rate"), [(0, 120, 1.0), (10, 110, 0.9)])
def test_retention_is_what_stays_of_those_who_were_there(models, leavers, end, rate):
    """M135: (end 120 - new 20) / start 100 is 100.0 percent; of end 110 and new 20 it is 90.0."""
    given = [row for n in range(100) for row in month_of(f"c{n:03}", 1, 0, 0.0, MONTHS[3])]
    given += [row for n in range(100, 120) for row in month_of(f"c{n}", 1, 0, 0.0, MONTHS[4])]
    given += [event(f"c{n:03}", "outcome:churned", date(2026, 5, 15), source="outcomes") for n in range(leavers)]
    models.load(date(2026, 5, 31), given)
    models.run("engagement_outcomes")
    columns = "entities_at_start, new_n, left_n, end_n, retention_rate_start"
    found = customers(models, "engagement_outcomes", columns, "segment = 'whole'", "period_start")
    assert [tuple(row.values()) for row in found] == [(0, 100, 0, 100, None), (100, 20, leavers, end, rate)]


def test_a_change_below_five_of_a_hundred_means_nothing(models):
    """M202: 7 of 150 points are flat, 10 are a change."""
    two = MONTHS[4:]
    given = month_of("flat", 4, 3, 30.0, two[0]) + month_of("flat", 4, 3, 20.0, two[1])
    given += month_of("up", 4, 3, 30.0, two[0]) + month_of("up", 4, 4, 30.0, two[1])
    models.load(LAST, given)
    models.run("engagement_scores")
    found = customers(models, "engagement_scores", "entity_id, score_change, trend", "previous_score is not null")
    assert [tuple(row.values()) for row in found] == [("flat", -5.0, "flat"), ("up", 10.0, "up")]


def test_planted_drops_raise_alerts_and_nothing_else_does(models):
    """M137: precision and recall of the sudden drops of 120 customers over six months are at least 0.9."""
    rng = np.random.default_rng(7)
    given, planted = [], set()
    for number in range(120):
        who, falls_in = f"c{number:03}", int(rng.integers(1, 12))  # in half of them, within the six months
        for place, month in enumerate(MONTHS):
            fallen = place >= falls_in
            logins = 2 if fallen else int(rng.integers(26, 29))
            features = int(rng.integers(0, 2)) if fallen else int(rng.integers(3, 6))
            given += month_of(who, logins, features, float(rng.integers(20, 45)), month)
        if falls_in < len(MONTHS):
            planted.add((who, MONTHS[falls_in]))
    models.load(LAST, given)
    models.run("engagement_score_alerts")
    where = "alert_rule = 'sudden_drop'"
    rows = customers(models, "engagement_score_alerts", "entity_id, period_start, top_signal_id", where)
    alerted = {(row["entity_id"], row["period_start"]) for row in rows}
    hits = len(alerted & planted)
    assert len(planted) > 40
    assert hits / len(alerted) >= 0.9
    assert hits / len(planted) >= 0.9
    assert {row["top_signal_id"] for row in rows} <= {"login_daily", "features_used"}


def test_an_event_of_the_running_day_counts_at_once_and_dilutes_nothing(models):
    """M146: 20 logins of 19 whole days are a daily login and not 105 percent; a day of the next month opens it."""
    daily = [event("c", "login", day) for day in JUNE[:20]]
    models.load(JUNE[18], daily)
    models.run("engagement_scores")
    (row,) = customers(models, "engagement_scores", "score, scored_until, is_partial")
    assert row == {"score": 50.0, "scored_until": JUNE[19], "is_partial": True}
    models.load(LAST, [*daily, event("c", "feature:a", date(2026, 7, 1))])
    models.run("engagement_scores")
    found = customers(models, "engagement_scores", "period_start, score", order="period_start")
    assert [tuple(row.values()) for row in found] == [(JUNE[0], 25.0), (date(2026, 7, 1), 10.0)]


def test_the_p90_of_thirteen_scores_is_a_hundred(models):
    """M178: thirteen scores whose linear p90 is 208.2; those above are held at 100."""
    values = [12, 30, 41, 55, 60, 72, 90, 101, 130, 160, 205, 209, 260]
    model = {**seed("score_models")[0], "scale_max": "300", "period_types": "month"}
    signal = {
        "model_id": "customer_health", "model_version": 1, "signal_id": "s", "signal_order": 1, "label_en": "s",
        "label_ja": "s", "source": "product_events", "event_type": "use", "measure": "quantity_sum",
        "window_type": "period", "count_mode": "per_unit", "unit_size": 1.0, "weight": 1.0, "cap": 300.0,
    }  # fmt: skip
    given = [event(f"c{value:03}", "use", JUNE[1], value) for value in values]
    models.load(LAST, given, score_models=[model], score_signals=[signal])
    models.run("engagement_scores")
    found = {
        row["score"]: row for row in customers(models, "engagement_scores", "score, score_p90_pct, score_percentile")
    }
    assert found[260]["score_p90_pct"] == found[209]["score_p90_pct"] == 100
    assert found[101]["score_p90_pct"] == pytest.approx(100 * 101 / 208.2)
    assert found[12]["score_percentile"] == pytest.approx(100 / 13)


def test_eight_customers_rank_and_fall_into_bands_as_on_a_hand_sheet(models):
    """M129: the article's customer and seven others."""
    given = [
        *example(),
        *month_of("best", 28, 6, 60.0), event("best", "nps_promoter", JUNE[3], 10, "survey_responses"),
        *month_of("daily", 28, 5, 9.0), *month_of("edge", 28, 2, 60.0),
        *month_of("weekly", 4, 4, 29.0), *month_of("twin", 4, 3, 29.0), *month_of("rare", 1, 1, 9.0),
        event("gone", "login", date(2026, 4, 2)), event("gone", "nps_detractor", JUNE[2], 0, "survey_responses"),
    ]  # fmt: skip
    models.load(LAST, given)
    models.run("engagement_scores")
    found = customers(
        models, "engagement_scores", "entity_id, score, rank, band", "period_start = date '2026-06-01'", "rank, 1"
    )
    assert [tuple(row.values()) for row in found] == [
        ("best", 150.0, 1, "high"),  # 50 daily + 50 of six features + 25 of an hour + 25 promoter
        ("daily", 100.0, 2, "high"),  # 50 + 50 + 0
        ("edge", 95.0, 3, "mid"),  # 50 + 20 + 25
        ("example", 90.0, 4, "mid"),  # 25 + 30 + 15 + 25 - 5
        ("weekly", 75.0, 5, "mid"),  # 25 + 40 + 10
        ("twin", 65.0, 6, "mid"),  # 25 + 30 + 10
        ("rare", 10.0, 7, "risk"),  # 0 + 10 + 0
        ("gone", -75.0, 8, "risk"),  # silent for 30 days, and a detractor
    ]  # fmt: skip


def test_who_came_stayed_came_back_and_lapsed(models):
    """M166: retention by cohort, stickiness and the steps of a life, of three customers over four months."""
    given = [
        *month_of("stays", 14, 0, 0.0, MONTHS[2]), *month_of("stays", 2, 0, 0.0, MONTHS[3]),
        *month_of("stays", 1, 0, 0.0, MONTHS[4]), *month_of("stays", 1, 0, 0.0, MONTHS[5]),
        *month_of("returns", 1, 0, 0.0, MONTHS[2]), *month_of("returns", 1, 0, 0.0, MONTHS[4]),
        *month_of("late", 1, 0, 0.0, MONTHS[3]), event("late", "outcome:churned", JUNE[2], source="outcomes"),
    ]  # fmt: skip
    models.load(LAST, given)
    models.run()
    steps = models.rows(
        "select new_n, kept_n, back_n, lapsed_n, entity_days, possible_days, stickiness_possible_days as stickiness"
        " from marts.engagement_lifecycle where entity_type = 'customer' order by month_start"
    )
    assert [tuple(row.values()) for row in steps] == [
        (2, 0, 0, 0, 15, 62, 15 / 62), (1, 1, 0, 1, 3, 60, 3 / 60), (0, 1, 1, 1, 2, 62, 2 / 62),
        (0, 1, 0, 1, 1, 30, 1 / 30),
    ]  # fmt: skip
    kept = models.rows(
        "select cohort_n, list(active_n order by months_after) as active from marts.engagement_retention"
        " where entity_type = 'customer' group by cohort_month, cohort_n order by cohort_month"
    )
    assert kept == [{"cohort_n": 2, "active": [2, 1, 2, 1]}, {"cohort_n": 1, "active": [1, 0, 0]}]


def test_the_rules_of_every_signal_are_served_beside_its_points(models):
    """M117, M119 and M180: seven rows of the article and the ticket, whose caps of rewards are 150 with one login."""
    models.load(LAST, example())
    models.run()
    rules = models.rows(
        "select signal_id, weight, cap, count_mode, unit_size, rounding, exclusive_group from marts.dim_score_signals"
        " where model_id = 'customer_health' order by signal_order"
    )
    assert [(row["signal_id"], row["weight"]) for row in rules] == [
        ("login_daily", 50), ("login_weekly", 25), ("features_used", 10), ("session_minutes", 5),
        ("inactive_30_days", -50), ("nps_promoter", 25), ("nps_detractor", -25), ("ticket_unresolved", -5),
    ]  # fmt: skip
    rewards = [row["cap"] or row["weight"] for row in rules if row["weight"] > 0 and row["signal_id"] != "login_weekly"]
    assert sum(rewards) == 150
    assert (rules[3]["unit_size"], rules[3]["rounding"], rules[1]["exclusive_group"]) == (10, "floor", "login")
    question = (SEEDS.parents[2] / "dashboard" / "questions" / "score_rules.sql").read_text(encoding="utf-8")
    period = {"period_type": "month", "period_start": JUNE[0]}
    asked = {"model": "customer_health", "version": 1, "entity": "example", **period}
    found = models.connection.execute(question, asked).fetchall()
    assert len(found) == 8
    assert sum(row[-1] for row in found) == 90, "the rules shown are those of the whole score"


def held_back(models: ScoreModels) -> list[str]:
    """Ask what the gate asks of the quality of scores, and return the sources that hold a publication back."""
    suite = SEEDS.parents[2] / "expectations" / "engagement_score_quality.yml"
    (asked,) = [
        each["kwargs"]["unexpected_rows_query"]
        for each in yaml.safe_load(suite.read_text(encoding="utf-8"))["expectations"]
        if each["name"] == "no_score_to_be_held_is_stale"
    ]
    rows = models.rows(asked.format(batch="marts.engagement_score_quality"))
    return sorted({row["source"] for row in rows})


def test_a_feed_that_is_four_days_late_is_stale_and_held_back_where_the_model_says_so(models):
    """M144: its scores are published as stale, or hold the gate; so do those of a feed without any row."""
    late = month_of("c", 27, 1, 10.0)
    models.load(LAST, [row for row in late if row["event_date"] <= JUNE[25]])
    models.run()
    assert customers(models, "engagement_scores", "is_stale") == [{"is_stale": True}]
    columns = "event_count, days_with_events, days_scored, staleness_days, is_stale"
    use = "source = 'product_events'"
    (quality,) = customers(models, "engagement_score_quality", columns, use, "period_start")
    assert quality == {"event_count": 28, "days_with_events": 26, "days_scored": 30, "staleness_days": 4,
                       "is_stale": True}  # fmt: skip
    assert held_back(models) == []
    for events in ([row for row in late if row["event_date"] <= JUNE[25]], []):
        models.load(LAST, events, score_models=[seed("score_models")[0] | {"when_stale": "hold"}])
        models.run()
        assert held_back(models) == ["product_events"]


def test_the_highly_engaged_pay_more_and_few_have_no_number(models):
    """M151: high, mid and risk in this order by what they paid in the 90 days after; of 19 there is no mean."""
    bands = {"high": (28, 5, 50.0, 900), "mid": (28, 1, 10.0, 500), "risk": (1, 1, 10.0, 100)}
    given = []
    for band, (logins, features, minutes, amount) in bands.items():
        for number in range(19 if band == "mid" else 20):
            who = f"{band}{number:02}"
            given += month_of(who, logins, features, minutes, MONTHS[0])
            given.append(event(who, "value:JPY", date(2026, 3, 10), amount + number % 2, "outcomes"))
            given.append(event(who, "value:JPY", date(2026, 6, 10), 5000, "outcomes"))
    models.load(LAST, given)
    models.run()
    columns = "band, n, value_mean, null_reason, claim_level"
    where = "model_id = 'customer_health' and cohort_month = date '2026-01-01' order by band"
    found = models.rows(f"select {columns} from marts.engagement_value_by_band where {where}")
    assert [tuple(row.values()) for row in found] == [
        ("high", 20, 900.5, None, "association"), ("mid", 19, None, "too_small", "association"),
        ("risk", 20, 100.5, None, "association"),
    ]  # fmt: skip
