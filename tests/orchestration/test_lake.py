from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest

from connectors import SOURCES
from orchestration import lake, ledger, loading
from orchestration.settings import Problem, Settings
from orchestration.spark import type_of
from tests.orchestration.conftest import DAY, NOON, land

USER = SOURCES["x"].streams[0]


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings.load(
        tmp_path, {"WAREHOUSE_PERSON_KEY": "a-key-for-tests-only", "WAREHOUSE_ENGINE": "spark", "X_TOKEN": "canary"}
    )


def users(settings):
    files = lake.folder(settings, "raw_x.users") / "*.parquet"
    return duckdb.sql(f"select account_id, followers_count, window_date from '{files}' order by all").fetchall()


def test_rows_lie_in_the_lake_by_window_and_the_ledgers_file_holds_none(settings, account, con):
    land(settings, account, 7)
    land(settings, account, 8, at=NOON + timedelta(days=1), window=DAY + timedelta(days=1))
    counts = loading.load_new(con, settings, "x", None)
    assert {table: count for table, count in counts.items() if count} == {"users": 2}
    assert users(settings) == [("42", 7, DAY), ("42", 8, DAY + timedelta(days=1))]
    folder = lake.folder(settings, "raw_x.users")
    assert sorted(file.name for file in folder.iterdir()) == ["2026-07-01.parquet", "2026-07-02.parquet"]
    assert con.execute("select count(*) from raw_x.users").fetchone() == (0,)
    assert con.execute("select sum(row_count) from raw_registry.loads").fetchone() == (2,)


def test_a_capture_that_is_loaded_again_replaces_its_rows_and_leaves_those_of_others(settings, account, con):
    land(settings, account, 7)
    loading.load_new(con, settings, "x", [DAY])
    land(settings, account, 9, at=NOON + timedelta(days=1))
    loading.load_new(con, settings, "x", [DAY])
    again = land(settings, account, 8, at=NOON + timedelta(hours=2))
    loading.load(con, settings, USER, [again])
    loading.load(con, settings, USER, [again])
    assert users(settings) == [("42", 8, DAY), ("42", 9, DAY)]


def test_a_file_that_a_killed_load_had_replaced_is_made_right_by_the_next(settings, account, con, monkeypatch):
    land(settings, account, 7)
    monkeypatch.setattr(ledger, "enter", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        loading.load_new(con, settings, "x", [DAY])
    monkeypatch.undo()
    assert loading.load_new(con, settings, "x", [DAY])["users"] == 1
    assert users(settings) == [("42", 7, DAY)]


def test_a_column_that_a_file_is_too_old_for_is_null(settings, account, con):
    land(settings, account, 7)
    loading.load_new(con, settings, "x", [DAY])
    con.execute("alter table raw_x.users add column since varchar")
    land(settings, account, 9, at=NOON + timedelta(days=1))
    loading.load_new(con, settings, "x", [DAY])
    file = lake.folder(settings, "raw_x.users") / f"{DAY}.parquet"
    assert duckdb.sql(f"select followers_count, since from '{file}' order by all").fetchall() == [(7, None), (9, None)]


def test_every_raw_column_has_a_type_in_spark(con):
    kinds = {kind for columns in lake.columns(con).values() for kind in columns.values()}
    assert {"VARCHAR", "BIGINT", "DATE", "TIMESTAMP WITH TIME ZONE"} <= kinds
    assert type_of("VARCHAR") == "string"
    assert type_of("VARCHAR[]") == "array<string>"
    assert type_of("DECIMAL(18,2)") == "decimal(18,2)"
    assert all(type_of(kind) for kind in kinds)


def test_an_engine_that_is_unknown_is_refused(settings):
    with pytest.raises(Problem, match=r"WAREHOUSE_ENGINE is 'sparc': write duckdb or spark\."):
        _ = Settings(settings.home, {"WAREHOUSE_ENGINE": "sparc"}).engine
