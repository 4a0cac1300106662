"""Stories are captured on a schedule of their own, since a day is as long as they live."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg

from orchestration import definitions
from orchestration.settings import Settings


def test_stories_are_captured_every_three_hours_without_the_marts(tmp_path, monkeypatch):
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path))
    built = definitions.build(Settings.load(tmp_path, {})).get_repository_def()
    schedule = built.get_schedule_def("stories_schedule")
    assert schedule.cron_schedule == "30 */3 * * *"
    at = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
    with dg.build_schedule_context(scheduled_execution_time=at, repository_def=built) as context:
        (request,) = schedule.evaluate_tick(context).run_requests
    assert request.partition_key == "2026-11-24"
    chosen = built.get_job("stories").asset_layer.selected_asset_keys
    assert {key.to_user_string() for key in chosen} == set(definitions.STORY_ASSETS)
