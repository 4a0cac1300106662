"""What Dagster loads: one partition a UTC day, one job, one schedule.

The module itself imports nothing but Dagster; all else is loaded when the definitions are asked for.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from orchestration.settings import Settings

# After the last US Pacific midnight (08:00 UTC in winter), where Instagram's days end.
RUN_AT_HOUR = 9


def build(settings: Settings) -> dg.Definitions:
    """Return the definitions over the warehouse of `settings`."""
    from orchestration import capture_assets, mart_assets, transform

    os.environ.update(transform.environment(settings))
    days = dg.DailyPartitionsDefinition(start_date=settings.start_date.isoformat(), timezone="UTC")
    daily = dg.define_asset_job(
        "daily",
        selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
        partitions_def=days,
        executor_def=dg.in_process_executor,
        description="Ask every source for the day, load, build the marts, judge them, publish.",
    )
    return dg.Definitions(
        assets=[
            *capture_assets.capture_assets(settings, days),
            *mart_assets.mart_assets(settings, transform.ensure_manifest(settings)),
        ],
        asset_checks=[mart_assets.gate_checks(settings)],
        jobs=[daily],
        schedules=[dg.build_schedule_from_partitioned_job(daily, hour_of_day=RUN_AT_HOUR)],
        resources={"dbt": mart_assets.dbt_resource()},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Load the definitions over the warehouse that the environment names."""
    from orchestration.settings import Settings

    return build(Settings.load())
