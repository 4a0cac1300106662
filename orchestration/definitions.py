"""What Dagster loads: one partition a UTC day, one job, one schedule."""

from __future__ import annotations

import os

import dagster as dg

from orchestration import assets, transform
from orchestration.settings import Settings

# After the last US Pacific midnight (08:00 UTC in winter), where Instagram's days end.
RUN_AT_HOUR = 9


def build(settings: Settings) -> dg.Definitions:
    """Return the definitions over the warehouse of `settings`."""
    os.environ.update(transform.environment(settings))
    days = dg.DailyPartitionsDefinition(start_date=settings.start_date.isoformat(), timezone="UTC")
    parts = assets.everything(settings, days, transform.ensure_manifest(settings))
    daily = dg.define_asset_job(
        "daily",
        selection=dg.AssetSelection.all(),
        partitions_def=days,
        executor_def=dg.in_process_executor,
        description="Ask every source for the day, load, build the marts, judge them, publish.",
    )
    return dg.Definitions(
        assets=[part for part in parts if not isinstance(part, dg.AssetChecksDefinition)],
        asset_checks=[part for part in parts if isinstance(part, dg.AssetChecksDefinition)],
        jobs=[daily],
        schedules=[dg.build_schedule_from_partitioned_job(daily, hour_of_day=RUN_AT_HOUR)],
        resources={"dbt": assets.dbt_resource()},
        executor=dg.in_process_executor,
    )


defs = build(Settings.load())
