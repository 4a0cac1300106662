"""What Dagster loads: one partition a UTC day, one job, one schedule.

The module itself imports nothing but Dagster; all else is loaded when the definitions are asked for.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from orchestration.settings import Settings

# After the last US Pacific midnight (08:00 UTC in winter), where Instagram's days end.
RUN_AT_HOUR = 9
# A story lives for 24 hours and its figures die with it: its last capture is at most three hours before that.
STORIES_CRON = "30 */3 * * *"
# What is dropped about people is in their scores within one tick.
SCORES_CRON = "*/5 * * * *"
SCORE_FEEDS = ("product_events", "survey_responses", "support_tickets")
STORY_ASSETS = (
    "landing/instagram/stories",
    "raw_instagram/stories",
    "raw_instagram/story_insights",
    "raw_instagram/story_refusals",
)


def build(settings: Settings) -> dg.Definitions:
    """Return the definitions over the warehouse of `settings`."""
    from orchestration import capture_assets, mart_assets, transform

    os.environ.update(transform.environment(settings))
    days = dg.DailyPartitionsDefinition(start_date=settings.start_date.isoformat(), timezone="UTC")
    daily = dg.define_asset_job(
        capture_assets.DAILY,
        selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
        partitions_def=days,
        executor_def=dg.in_process_executor,
        description="Ask every source for the day, load, build the marts, judge them, publish.",
    )
    stories = dg.define_asset_job(
        "stories",
        selection=dg.AssetSelection.assets(*STORY_ASSETS),
        partitions_def=days,
        executor_def=dg.in_process_executor,
        description="Capture the stories of the last 24 hours and load them; the daily job builds the marts.",
    )
    scores = dg.define_asset_job(
        "scores",
        selection=score_assets(),
        executor_def=dg.in_process_executor,
        description="Take in what was dropped about people, score the periods that it changes, judge, publish.",
    )
    return dg.Definitions(
        assets=[
            *capture_assets.capture_assets(settings, days),
            *mart_assets.mart_assets(settings, transform.ensure_manifest(settings)),
        ],
        asset_checks=[mart_assets.gate_checks(settings)],
        jobs=[daily, stories, scores],
        schedules=[
            dg.build_schedule_from_partitioned_job(daily, hour_of_day=RUN_AT_HOUR),
            story_schedule(stories),
            score_schedule(scores, settings),
        ],
        sensors=[failure_sensor(settings)],
        resources={"dbt": mart_assets.dbt_resource()},
        executor=dg.in_process_executor,
    )


def story_schedule(job) -> dg.ScheduleDefinition:
    """Return the schedule of the story captures; the last partition that is over stands for the present."""

    @dg.schedule(name="stories_schedule", job=job, cron_schedule=STORIES_CRON, execution_timezone="UTC")
    def soon_to_die(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        yesterday = context.scheduled_execution_time.date() - timedelta(days=1)
        return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat(), partition_key=yesterday.isoformat())

    return soon_to_die


def failure_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return what tells of runs that Dagster launched and that failed, as `warehouse run` tells of its own."""

    @dg.run_failure_sensor(name="alert_on_failure", default_status=dg.DefaultSensorStatus.RUNNING)
    def alerted(context: dg.RunFailureSensorContext) -> None:
        from orchestration import alerts, reaper, run, status

        run_id = context.dagster_run.run_id
        if reaper.is_of_the_command_line(context.dagster_run):
            return
        records = context.instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
        problems = run.problems_of(settings, run_id, [entry.event_log_entry.dagster_event for entry in records])
        alerts.send(settings, run_id, problems)  # first, since a full disk takes no note
        status.note(settings, run_id, problems)

    return alerted


def score_assets() -> dg.AssetSelection:
    """Return what a tick makes: three feeds, the scores, and the publication of the whole build, gate and all."""
    feeds = dg.AssetSelection.assets(*(f"raw_files/{kind}" for kind in SCORE_FEEDS))
    # The whole way from a feed to the scores: without it nothing would say that the feeds are loaded first.
    inputs = dg.AssetSelection.assets(
        *(f"staging/stg_files__{kind}" for kind in SCORE_FEEDS),
        "marts/fct_entity_events",
    ) | dg.AssetSelection.key_substring("intermediate/int_score_")
    served = dg.AssetSelection.key_prefixes(["candidate"], ["publication"])
    return feeds | inputs | dg.AssetSelection.groups("score") | served


def score_schedule(job, settings: Settings) -> dg.ScheduleDefinition:
    """Return the schedule of the ticks; one with nothing to take in costs no run."""

    @dg.schedule(name="scores_schedule", job=job, cron_schedule=SCORES_CRON, execution_timezone="UTC")
    def dropped(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        waiting = [path for kind in SCORE_FEEDS for path in (settings.inbox / kind).glob("*")]
        if not waiting:
            return dg.SkipReason("nothing was dropped about people")
        return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat())

    return dropped


@dg.definitions
def defs() -> dg.Definitions:
    """Load the definitions over the warehouse that the environment names."""
    from orchestration.settings import Settings

    return build(Settings.load())
