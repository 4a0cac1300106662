"""Scores grow by whole periods: what is built day after day is what one build over everything would hold."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from small_world import capture_day, insert_rows, register_accounts

from orchestration import raw

ROOT = Path(__file__).parents[2]
FIRST = date(2026, 6, 28)
GROWING = ("marts.engagement_signals", "marts.engagement_score_contributions", "intermediate.int_score_entity_months")

pytestmark = pytest.mark.slow


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path), config={"storage_compatibility_version": "v1.4.0"}) as connection:
        raw.ensure_tables(connection)
        register_accounts(connection)
    return path


def use(warehouse: Path, *days: int, people: tuple[str, ...] = ("p", "q")) -> None:
    """Capture these days, on each of which everyone logs in."""
    with duckdb.connect(str(warehouse)) as connection:
        for day in days:
            on = FIRST + timedelta(days=day)
            capture_day(connection, on, FIRST, 0, 0)
            insert_rows(
                connection,
                "raw_files.product_events",
                [
                    {"event_id": f"{who}{on}", "entity_type": "customer", "entity_id": who, "event_type": "login",
                     "occurred_at": datetime(on.year, on.month, on.day, 9, tzinfo=UTC), "quantity": 1,
                     "file": f"{on}.csv", "line": number}
                    for number, who in enumerate(people)
                ],
            )  # fmt: skip


def build(warehouse: Path, *options: str) -> dict[str, list[tuple]]:
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build", "--project-dir", "dbt_project"]
    command += ["--profiles-dir", "dbt_project", "--target-path", str(warehouse.parent / "target"), *options]
    command += ["--log-path", str(warehouse.parent / "logs"), "--exclude-resource-type", "unit_test", "test"]
    command += ["--select", "+engagement_score_contributions"]
    environment = os.environ | {"WAREHOUSE_PATH": str(warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {table: connection.execute(f"from {table} order by all").fetchall() for table in GROWING}


def test_a_new_day_scores_its_periods_anew_and_leaves_the_others(warehouse):
    """M136 and M146: July's day changes July and its quarter alone, and what has grown is what a full build holds."""
    use(warehouse, 0, 1, 2, 3)
    build(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update marts.engagement_signals set event_count = event_count + 1000")
    use(warehouse, 4)
    build(warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        kept = connection.execute(
            "select distinct period_type, period_start from marts.engagement_signals where event_count >= 1000"
            " and model_id = 'customer_health' order by all"
        ).fetchall()
    assert kept == [("month", date(2026, 6, 1)), ("quarter", date(2026, 4, 1))], "these were not made again"


def test_days_scored_one_by_one_equal_one_build_over_all(warehouse):
    use(warehouse, 0, 1, 2, 3)
    build(warehouse)
    use(warehouse, 4)
    grown = build(warehouse)
    assert grown == build(warehouse), "an empty day changes nothing"
    assert grown == build(warehouse, "--full-refresh")


def test_who_is_erased_leaves_the_scores_of_every_period(warehouse):
    """N24: an erased customer is in no score table, and the history of the others is a full build's."""
    use(warehouse, 0, 1, 3, people=("p", "gone"))
    build(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from raw_files.product_events where entity_id = 'gone'")
    grown = build(warehouse)
    assert all("gone" not in row for rows in grown.values() for row in rows)
    assert grown == build(warehouse, "--full-refresh")
