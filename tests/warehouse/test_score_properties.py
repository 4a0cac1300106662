"""For any sound model and any events: points add up, no score leaves the prover's bounds, history repeats itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from score_models import ScoreModels, compile_models

from orchestration.scoring import bounds, signal_faults
from orchestration.scoring.registry import Signal

FIRST, LAST = date(2026, 5, 1), date(2026, 6, 30)
KINDS = ("a", "b", "c", "x:opened", "x:closed")
MODEL = {
    "model_id": "m", "model_version": 1, "entity_type": "customer", "label_en": "M", "label_ja": "M",
    "scale_max": 100, "period_types": "month quarter", "status": "active", "min_people": None,
    "drop_alert_points": 10, "low_alert_below": 5, "low_alert_periods": 2,
}  # fmt: skip
BANDS = [
    {"model_id": "m", "model_version": 1, "band": name, "band_order": order, "label_en": name, "label_ja": name,
     "lower_incl": low, "upper_excl": high}
    for name, order, low, high in (("low", 2, 0.0, 20.0), ("high", 1, 20.0, None))
]  # fmt: skip
MEASURES = (
    "day_share", "week_share", "days", "events", "types", "quantity_sum", "quantity_mean", "quantity_share", "share",
    "open", "latest", "silence",
)  # fmt: skip


@st.composite
def signals(draw: st.DrawFn, number: int) -> dict:
    measure = draw(st.sampled_from(MEASURES))
    window = draw(st.sampled_from(("period", "trailing", "as_of")))
    sign = draw(st.sampled_from((1, -1)))
    group = draw(st.sampled_from((None, None, "g")))
    limited = None if group else draw(st.sampled_from((None, None, "up" if sign > 0 else "down")))
    count_mode = draw(st.sampled_from(("once", "per_unit")))
    event_type = "x:opened" if measure == "open" else draw(st.sampled_from(("a", "b", "%", "c")))
    return {
        "model_id": "m", "model_version": 1, "signal_id": f"s{number}", "signal_order": number, "label_en": "s",
        "label_ja": "s", "source": "product_events", "event_type": event_type,
        "among": "%" if measure in signal_faults.PARTS else None,
        "measure": measure, "window_type": window, "window_days": 20 if window == "trailing" else None,
        "decay_half_life_days": 7.0
        if window == "as_of" and measure in ("events", "quantity_sum") and draw(st.booleans()) else None,
        "count_mode": count_mode,
        "threshold": draw(st.sampled_from((None, 0.3, 2.0))) if count_mode == "once" else None,
        "unit_size": draw(st.sampled_from((0.1, 1.0, 3.0))) if count_mode == "per_unit" else None,
        "rounding": draw(st.sampled_from((None, "floor", "half_up", "none"))),
        "weight": sign * draw(st.integers(1, 12)), "cap": sign * draw(st.sampled_from((12.0, 25.0))),
        "exclusive_group": group, "score_group": limited, "group_limit": sign * 20.0 if limited else None,
        "missing": "reweight" if sign > 0 and not group and not limited and draw(st.booleans()) else None,
        "stale_after_days": None,
    }  # fmt: skip


events = st.lists(
    st.tuples(st.sampled_from("pqr"), st.sampled_from(KINDS), st.integers(0, (LAST - FIRST).days), st.integers(0, 40)),
    min_size=1,
    max_size=40,
)


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> ScoreModels:
    return ScoreModels(compile_models(tmp_path_factory.mktemp("score")))


def as_events(drawn: list[tuple[str, str, int, int]]) -> list[dict]:
    return [
        {
            "event_id": f"{number // 2}:{kind.split(':')[1]}" if ":" in kind else str(number),
            "entity_type": "customer",
            "entity_id": entity, "member_id": None, "event_type": kind, "event_date": FIRST + timedelta(days=day),
            "occurred_at": datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), UTC),
            "quantity": float(quantity), "source": "product_events",
        }
        for number, (entity, kind, day, quantity) in enumerate(drawn)
    ]  # fmt: skip


@settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None,
)  # fmt: skip
@given(drawn=events, given_signals=st.integers(1, 6).flatmap(lambda n: st.tuples(*(signals(i) for i in range(n)))))
def test_no_score_leaves_the_bounds_that_the_prover_gives_its_model(models, drawn, given_signals):
    """N9 and N10: whatever the model and the events, and the points of every entity add up to its score."""
    rows = [Signal.model_validate({**row, "file": "f", "line": place}) for place, row in enumerate(given_signals, 2)]
    wrong = {fault.kind for fault in signal_faults.of_signals(rows)}
    assume(not wrong - {"counted_twice", "dominated"})
    reach = bounds.of_model(rows)
    models.load(LAST, as_events(drawn), score_models=[MODEL], score_signals=given_signals, score_bands=BANDS,
                score_actions=[], score_overrides=[])  # fmt: skip
    models.run("engagement_scores")
    scores = models.rows(
        "select entity_id, period_type, period_start, score, (select sum(points) from"
        " marts.engagement_score_contributions as parts where parts.entity_id = scores.entity_id and"
        " parts.period_type = scores.period_type and parts.period_start = scores.period_start) as points"
        " from marts.engagement_scores as scores"
    )
    assert scores
    for row in scores:
        assert reach.lowest - 1e-6 <= row["score"] <= reach.highest + 1e-6
        assert row["points"] == pytest.approx(row["score"], abs=1e-9)
        if reach.points is not None:
            assert min(abs(point - row["score"]) for point in reach.points) < 1e-6


def digest(models: ScoreModels) -> list[dict]:
    return models.rows(
        "select 'scores' as part, count(*) as n, sum(hash(each)) as digest from marts.engagement_scores as each"
        " union all select 'points', count(*), sum(hash(each)) from marts.engagement_score_contributions as each"
    )


def test_thirty_six_months_come_out_the_same_whatever_the_order_of_events(models):
    """M136: history rebuilds identically, hash for hash."""
    months = [date(2023 + (6 + n) // 12, (6 + n) % 12 + 1, 5) for n in range(36)]
    history = [
        {"event_id": f"{who}{day}{kind}", "entity_type": "customer", "entity_id": who, "member_id": None,
         "event_type": kind, "event_date": day, "occurred_at": datetime(day.year, day.month, day.day, tzinfo=UTC),
         "quantity": 0.1 + day.month * place, "source": "product_events"}
        for day in months for who in ("p", "q") for place, kind in enumerate(("login", "session", "feature:a"))
    ]  # fmt: skip
    digests = []
    for rows in (history, history[::-1]):
        models.load(date(2026, 6, 30), rows)
        models.run("engagement_scores")
        digests.append(digest(models))
    assert digests[0] == digests[1]
    found = models.rows(
        "select count(distinct period_start) as months from marts.engagement_scores where model_id = 'customer_health'"
        " and period_type = 'month'"
    )
    assert found == [{"months": 36}]
