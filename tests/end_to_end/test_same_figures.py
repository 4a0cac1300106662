"""The same days give the same figures, however they came into the warehouse."""

from __future__ import annotations

import shutil

import duckdb
import pytest

from tests.end_to_end.conftest import digests, drop_last_days_files, sandbox_environment, warehouse

pytestmark = pytest.mark.slow


def test_a_day_added_to_yesterdays_warehouse_equals_all_days_at_once(rehearsed, home_before_the_last_day, sandbox):
    home = home_before_the_last_day
    drop_last_days_files(sandbox, home)
    done = warehouse(home, "run", "--date", "2026-07-12", environ=sandbox_environment(sandbox))
    assert done.returncode == 0, done.stderr
    assert digests(home / "published" / "marts.duckdb") == digests(rehearsed / "published" / "marts.duckdb")


def test_a_rebuild_from_landing_equals_the_days_as_they_were_added(rehearsed, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(rehearsed, home, symlinks=True)
    (home / "warehouse.duckdb").unlink()
    environ = {"WAREHOUSE_PERSON_KEY": "not used, nothing is landed", "WAREHOUSE_START_DATE": "2026-07-01"}
    done = warehouse(home, "rebuild", environ=environ)
    assert done.returncode == 0, done.stderr
    assert digests(home / "published" / "marts.duckdb") == digests(rehearsed / "published" / "marts.duckdb")


def test_what_the_demo_prints_is_what_it_published(rehearsed):
    told = (rehearsed / "demo.txt").read_text(encoding="utf-8")
    with duckdb.connect(str(rehearsed / "published" / "marts.duckdb"), read_only=True) as con:
        won = con.execute("select sum(value) from marts.funnel_daily where brand_id = 'aozora' and stage_order = 4")
        deals = won.fetchone()[0]
    assert "12 days" in told
    (line,) = [line for line in told.splitlines() if line.split()[:2] == ["aozora", "purchase"]]
    assert line.split()[4] == f"{deals:,.0f}"
    assert str(rehearsed / "published" / "marts.duckdb") in told
