"""The tables that grow by months hold, day after day, what one build over everything would hold."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from small_world import capture_day, register_accounts

from orchestration import raw

ROOT = Path(__file__).parents[2]
FIRST = date(2026, 7, 29)
GROWING = (
    "intermediate.int_post_snapshots",
    "intermediate.int_post_increments",
    "marts.fct_post_snapshots",
    "marts.fct_post_daily",
    "intermediate.int_site_landing_counts",
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path), config={"storage_compatibility_version": "v1.4.0"}) as connection:
        raw.ensure_tables(connection)
        register_accounts(connection)
    return path


def capture(warehouse: Path, *days: int, hour: int = 0, extra: int = 0) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        for day in days:
            capture_day(connection, FIRST + timedelta(days=day), FIRST, hour, extra)


def build(warehouse: Path, *options: str) -> dict[str, list[tuple]]:
    """Run the growing tables and all they stand on; return their rows."""
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "run", "--project-dir", "dbt_project"]
    command += ["--profiles-dir", "dbt_project", "--target-path", str(warehouse.parent / "target"), *options]
    command += ["--log-path", str(warehouse.parent / "logs")]
    command += ["--select", "+fct_post_snapshots", "+fct_post_daily", "+int_site_landing_counts"]
    environment = os.environ | {"WAREHOUSE_PATH": str(warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return {table: connection.execute(f"select * from {table} order by all").fetchall() for table in GROWING}


@pytest.mark.slow
def test_days_built_one_by_one_equal_one_build_over_all(warehouse: Path) -> None:
    capture(warehouse, 0, 1)
    build(warehouse)
    capture(warehouse, 2)  # closes July: captured on the first of August
    build(warehouse)
    capture(warehouse, 4)  # a day was missed
    capture(warehouse, 0, hour=9, extra=3)  # and an old capture is replaced, below the newest of its month
    grown = build(warehouse)
    assert grown == build(warehouse), "an empty day changes nothing"
    assert grown == build(warehouse, "--full-refresh")


@pytest.mark.slow
def test_a_month_that_is_no_longer_registered_goes(warehouse: Path) -> None:
    capture(warehouse, 0, 3)
    build(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from raw_registry.loads where window_date < date '2026-08-01'")
    grown = build(warehouse)
    assert grown == build(warehouse, "--full-refresh")
