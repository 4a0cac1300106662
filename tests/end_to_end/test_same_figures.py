"""The same days give the same figures, however they came into the warehouse."""

from __future__ import annotations

import shutil

import pytest

from tests.end_to_end.conftest import SCENARIO, digests, sandbox_environment, warehouse

pytestmark = pytest.mark.slow


def test_a_second_demo_in_another_folder_publishes_the_same_content(rehearsed, tmp_path):
    done = warehouse(tmp_path, "demo", "--scenario", str(SCENARIO))
    assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "published" / "marts.duckdb") == digests(rehearsed / "published" / "marts.duckdb")


def test_a_day_added_to_yesterdays_warehouse_equals_all_days_at_once(rehearsed, home_before_the_last_day, sandbox):
    environ = sandbox_environment(sandbox, home_before_the_last_day)
    drop_last_days_files(rehearsed, home_before_the_last_day)
    done = warehouse(home_before_the_last_day, "run", "--date", "2026-07-12", environ=environ)
    assert done.returncode == 0, done.stderr
    assert digests(home_before_the_last_day / "published" / "marts.duckdb") == digests(
        rehearsed / "published" / "marts.duckdb"
    )


def test_a_rebuild_from_landing_equals_the_days_as_they_were_added(rehearsed, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(rehearsed, home, symlinks=True)
    (home / "warehouse.duckdb").unlink()
    environ = {"WAREHOUSE_PERSON_KEY": "not used, nothing is landed", "WAREHOUSE_START_DATE": "2026-07-01"}
    done = warehouse(home, "rebuild", environ=environ)
    assert done.returncode == 0, done.stderr
    assert digests(home / "published" / "marts.duckdb") == digests(rehearsed / "published" / "marts.duckdb")


def test_the_last_day_run_twice_equals_once(rehearsed, tmp_path, sandbox):
    home = tmp_path / "home"
    shutil.copytree(rehearsed, home, symlinks=True)
    done = warehouse(home, "run", "--date", "2026-07-12", environ=sandbox_environment(sandbox, home))
    assert done.returncode == 0, done.stderr
    assert digests(home / "published" / "marts.duckdb") == digests(rehearsed / "published" / "marts.duckdb")


def drop_last_days_files(rehearsed, home) -> None:
    """Archive in `home` what the product exported on the last day, as taking it in would have."""
    for archived in (rehearsed / "landing" / "archive").rglob("*2026-07-12*"):
        inbox = home / "landing" / "inbox" / archived.parent.name
        inbox.mkdir(parents=True, exist_ok=True)
        import duckdb

        target = inbox / f"{archived.name.split('.')[0]}.csv"
        duckdb.execute(f"copy (select * exclude (line) from '{archived}' order by line) to '{target}'")
