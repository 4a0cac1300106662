"""One tick of the five-minute schedule: what was dropped is in the served score, and nothing else was built."""

from __future__ import annotations

import json

import pytest

from tests.end_to_end.conftest import LAST_DAY, warehouse
from tests.end_to_end.marts import mart

pytestmark = pytest.mark.slow

EVENT = "event_id,entity_type,entity_id,event_type,occurred_at,quantity\nt1,customer,newcomer,feature:a,{},1\n"


def test_a_dropped_event_is_scored_and_published_by_one_tick_without_a_full_rebuild(home_before_the_last_day):
    """M146: the event appears in the score within one tick; of dbt's models only those of the score were run."""
    home = home_before_the_last_day
    folder = home / "landing" / "inbox" / "product_events"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "now.csv").write_text(EVENT.format(f"{LAST_DAY}T08:00:00Z"), encoding="utf-8")
    done = warehouse(home, "score", "tick")
    assert done.returncode == 0, done.stderr
    where = "entity_id = 'newcomer' and period_type = 'month'"
    assert mart(home, "engagement_scores", "model_id", ["score", "scored_until"], where) == {
        "customer_health": {"score": 10.0, "scored_until": LAST_DAY}
    }
    results = json.loads((home / ".warehouse" / "dbt" / "run_results.json").read_text(encoding="utf-8"))["results"]
    models = {each["unique_id"].split(".")[2] for each in results if each["unique_id"].startswith("model.")}
    assert "engagement_scores" in models
    assert {name for name in models if "score" not in name and "engagement" not in name} == {
        "stg_files__product_events", "stg_files__survey_responses", "stg_files__support_tickets",
        "fct_entity_events", "next_actions",
    }  # fmt: skip
