"""Models that nobody has seen, loaded through the seeds' columns alone, score as plain Python says or stop."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import plain_score
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from score_models import SEEDS, ScoreModels, compile_models
from test_score_properties import BANDS, LAST, MODEL, as_events, events, signals

from orchestration.scoring import prover, signal_faults
from orchestration.scoring.registry import Signal

FIRST = date(2026, 5, 13)  # a model, and all that it sees, begins in mid-month
EMPTY = dict.fromkeys(next(csv.reader((SEEDS / "score_signals.csv").open(encoding="utf-8"))))
PLAIN = EMPTY | {
    "model_id": "m", "model_version": 1, "signal_id": "s", "signal_order": 1, "label_en": "s", "label_ja": "s",
    "source": "product_events", "event_type": "a", "measure": "events", "window_type": "period", "count_mode": "once",
    "weight": 5.0,
}  # fmt: skip
PER_UNIT = PLAIN | {"count_mode": "per_unit", "unit_size": 1.0}
TRAILING = {"window_type": "trailing"}
STRANGE = {
    "every_optional_column_empty": [PLAIN],
    "penalties_alone": [
        PER_UNIT | {"weight": -3.0},
        PLAIN | {"signal_id": "t", "event_type": "b", "weight": -7.0, "measure": "silence"},
    ],
    "one_signal_with_decay": [
        PER_UNIT | {"window_type": "as_of", "decay_half_life_days": 3.5, "rounding": "none", "weight": 1.5, "cap": 9.0},
    ],
    "trailing_over_the_turn_of_a_month": [
        PER_UNIT | TRAILING | {"window_days": 40, "measure": "quantity_sum", "weight": 0.25, "cap": 40.0},
        PLAIN | TRAILING | {"signal_id": "t", "window_days": 10, "measure": "week_share", "threshold": 0.5},
        PER_UNIT | TRAILING | {"signal_id": "u", "window_days": 45, "measure": "days", "cap": 50.0},
    ],
    "an_exclusive_group_of_ties": [
        PLAIN | {"signal_id": name, "signal_order": 1, "event_type": kind, "weight": weight, "exclusive_group": "同率"}
        for name, kind, weight in (("い", "a", 5.0), ("ろ", "b", 5.0), ("は", "c", -5.0))
    ],
    "japanese_names": [
        PER_UNIT | {"signal_id": "ログイン回数", "event_type": "ログイン", "cap": 30.0},
        PLAIN | {"signal_id": "最後の声", "event_type": "称賛", "among": "%", "measure": "latest"},
    ],
    "a_signal_of_no_weight": [PLAIN | {"weight": 0.0}, PER_UNIT | {"signal_id": "t", "event_type": "b", "cap": 20.0}],
}  # fmt: skip


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> ScoreModels:
    return ScoreModels(compile_models(tmp_path_factory.mktemp("score")))


def scored(models: ScoreModels, rows: list[dict], given_events: list[dict]) -> dict:
    models.load(LAST, given_events, score_models=[MODEL], score_signals=rows, score_bands=BANDS, score_actions=[],
                score_overrides=[])  # fmt: skip
    models.run("engagement_scores")
    found = models.rows("select entity_id, period_type, period_start, score from marts.engagement_scores")
    return {(row["entity_id"], row["period_type"], row["period_start"]): row["score"] for row in found}


def history() -> list[dict]:
    kinds = ("a", "b", "c", "ログイン", "称賛")
    return [
        {"event_id": f"{number}", "entity_type": "customer", "entity_id": ("p", "q", "顧客三")[number % 3],
         "member_id": None, "event_type": kinds[number * number % 5], "event_date": day,
         "occurred_at": datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=number),
         "quantity": float(number % 7), "source": "product_events"}
        for number in range(90)
        for day in [FIRST + timedelta(days=number * 11 % ((LAST - FIRST).days + 1))]
    ]  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_model_scores_as_plain_python_says(models, name):
    found = scored(models, STRANGE[name], history())
    assert found == pytest.approx(plain_score.scores(STRANGE[name], history(), LAST), abs=1e-6)
    assert len(found) == 3 * 3, "May, June and the quarter, which begins before the data"


@settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None,
)  # fmt: skip
@given(drawn=events, rows=st.integers(1, 5).flatmap(lambda n: st.tuples(*(signals(i) for i in range(n)))))
def test_any_sound_model_scores_as_plain_python_says(models, drawn, rows):
    """M123: the score is the sum of weight times n, whatever the model and the events."""
    typed = [Signal.model_validate({**row, "file": "f", "line": place}) for place, row in enumerate(rows, 2)]
    assume(not {fault.kind for fault in signal_faults.of_signals(typed)} - {"counted_twice", "dominated"})
    found = scored(models, list(rows), as_events(drawn))
    assert found == pytest.approx(plain_score.scores(rows, as_events(drawn), LAST), abs=1e-4)


WRONG = {
    "unknown_measure": ("measure", "sum", "score_signals.csv, line 2: measure is 'sum', but input should be"),
    "weight_in_words": ("weight", "five", "score_signals.csv, line 2: weight is 'five', but input should be"),
    "no_unit": ("count_mode", "per_unit", "score_signals.csv, line 2: signal s: per_unit needs unit_size"),
    "trailing_without_days": ("window_type", "trailing", "score_signals.csv, line 2: signal s: window_days"),
    "model_of_no_row": ("model_id", "ghost", "score_signals.csv, line 2: "),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_model_stops_with_one_sentence_that_names_the_cell(tmp_path, name):
    column, value, sentence = WRONG[name]
    tables = {
        "score_models": [MODEL], "score_bands": BANDS, "score_actions": [], "score_signals": [PLAIN | {column: value}],
    }  # fmt: skip
    for table, rows in tables.items():
        write(tmp_path / f"{table}.csv", table, rows)
    proofs, stray = prover.prove(tmp_path)
    found = [str(fault) for fault in (*stray, *(fault for proof in proofs for fault in proof.faults))]
    assert any(each.startswith(sentence) for each in found), found


def write(path: Path, table: str, rows: list[dict]) -> None:
    with (SEEDS / f"{table}.csv").open(encoding="utf-8") as seed, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, next(csv.reader(seed)))
        writer.writeheader()
        writer.writerows(rows)
