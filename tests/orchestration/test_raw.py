from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectors import SOURCES
from connectors.streams import Page
from orchestration import landing, ledger, loading, raw, shortfalls
from orchestration.settings import Problem
from orchestration.shortfalls import Shortfall
from tests.orchestration.conftest import DAY, NOON, land

USER = SOURCES["x"].streams[0]


def users(con):
    return con.execute(
        "select account_id, followers_count, window_date, captured_at, landing_file from raw_x.users order by all"
    ).fetchall()


def test_a_page_becomes_a_typed_row_with_its_origin(settings, account, con):
    land(settings, account, 7)
    counts = loading.load_new(con, settings, "x", [DAY])
    assert counts == {"users": 1, "posts": 0, "post_refusals": 0, "mentions": 0, "mention_counts": 0}
    assert users(con) == [("42", 7, DAY, NOON, "x/user/2026-07-01/42.2026-07-02.ndjson.zst")]


def test_what_is_in_the_ledger_is_not_loaded_again(settings, account, con):
    land(settings, account, 7)
    loading.load_new(con, settings, "x", [DAY])
    assert loading.load_new(con, settings, "x", [DAY])["users"] == 0
    assert len(users(con)) == 1


def test_loading_a_file_twice_equals_loading_it_once(settings, account, con):
    capture = land(settings, account, 7)
    loading.load(con, settings, USER, [capture])
    once = users(con), con.execute("select * exclude (loaded_at) from raw_registry.loads").fetchall()
    loading.load(con, settings, USER, [capture])
    assert (users(con), con.execute("select * exclude (loaded_at) from raw_registry.loads").fetchall()) == once


def test_a_window_captured_again_the_same_day_replaces_its_rows(settings, account, con):
    land(settings, account, 7)
    loading.load_new(con, settings, "x", [DAY])
    land(settings, account, 8, at=NOON + timedelta(hours=2))
    loading.load_new(con, settings, "x", [DAY])
    assert [row[1] for row in users(con)] == [8]


def test_a_day_asked_again_at_an_age_and_captured_twice_that_day_has_the_rows_of_the_second(
    settings, account, con, monkeypatch
):
    user = replace(USER, revisits=(14,))
    monkeypatch.setitem(SOURCES, "x", replace(SOURCES["x"], streams=(user,)))
    run, revisited = [DAY + timedelta(days=14)], NOON + timedelta(days=14)
    for followers, hours in ((8, 0), (9, 2)):
        land(settings, account, followers, at=revisited + timedelta(hours=hours))
        loading.load_new(con, settings, "x", run)
    assert [row[1] for row in users(con)] == [9]


def test_a_capture_of_another_day_is_kept_beside_the_first(settings, account, con):
    land(settings, account, 7)
    land(settings, account, 8, at=NOON + timedelta(days=1))
    loading.load_new(con, settings, "x", [DAY])
    assert [row[1] for row in users(con)] == [7, 8]


def test_a_truncated_page_file_is_named_and_leaves_neither_rows_nor_a_ledger_entry(settings, account, con):
    capture = land(settings, account, 7)
    pages = capture.path(settings.landing)
    pages.write_bytes(pages.read_bytes()[:20])
    with pytest.raises(Problem, match=r"42\.2026-07-02\.ndjson\.zst is damaged"):
        loading.load(con, settings, USER, [capture])
    assert users(con) == []
    assert con.execute("select count(*) from raw_registry.loads").fetchone() == (0,)


def test_an_empty_capture_is_in_the_ledger_with_no_rows(settings, account, con):
    """Row 30 of the fault matrix."""
    landing.write(settings.landing, account, USER, DAY, NOON, [], settings.person_key)
    loading.load_new(con, settings, "x", [DAY])
    ledger = con.execute("select account_id, status, row_count, page_count from raw_registry.loads").fetchall()
    assert ledger == [("42", "loaded", 0, 0)]


def test_a_column_that_a_newer_declaration_has_is_added_to_the_table(settings, con):
    con.execute("alter table raw_x.users drop column listed_count")
    raw.ensure_tables(con)
    assert "listed_count" in [row[0] for row in con.execute("describe raw_x.users").fetchall()]


def test_the_storage_is_one_that_older_readers_open(settings, con):
    tags = con.execute("select tags from duckdb_databases() where database_name = 'warehouse'").fetchone()
    assert tags == ({"storage_version": "v1.4.0+"},)


def test_a_warehouse_in_use_is_named_with_the_remedy(settings, con, tmp_path):
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path\n"
        "from orchestration import loading, raw\nfrom orchestration.settings import Problem\n"
        "try:\n    raw.opened(Path(sys.argv[1])).__enter__()\nexcept Problem as problem:\n    print(problem)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(settings.warehouse)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == (
        f"{settings.warehouse} is in use by another process: wait until its run has ended, then run again."
    )


def test_a_file_that_is_no_database_is_named_with_the_remedy(settings):
    settings.warehouse.write_text("not a database " * 1000)
    with pytest.raises(Problem, match="`warehouse rebuild` makes it anew"), raw.opened(settings.warehouse):
        pass


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_every_declared_table_has_the_columns_that_say_where_a_row_came_from(con, source):
    for stream in SOURCES[source].streams:
        for table in stream.tables:
            columns = {name for name, *_ in con.execute(f"describe raw_{source}.{table.name}").fetchall()}
            assert set(raw.META) <= columns


def test_what_a_killed_run_landed_is_loaded_by_the_next_whatever_its_days(settings, account, con):
    land(settings, account, 7, window=date(2026, 6, 1))
    assert loading.load_new(con, settings, "x", [DAY])["users"] == 1
    assert loading.load_new(con, settings, "x", [DAY])["users"] == 0


def test_a_failure_is_forgotten_once_the_window_came_even_if_nothing_in_it_changed(settings, account, con):
    land(settings, account, 7)
    loading.load_new(con, settings, "x", [DAY])
    failed = Shortfall("x", "user", "42", DAY.isoformat(), "X is down: run again later")
    shortfalls.note(settings, "x", {"user"}, [failed])
    assert ledger.enter_failures(con, settings, "x") == ["X is down: run again later"]
    land(settings, account, 7)
    loading.load_new(con, settings, "x", [DAY])
    assert con.execute("select status from raw_registry.loads").fetchall() == [("loaded",)]


def test_pages_of_many_accounts_load_in_one_go(settings, account, con):
    from dataclasses import replace

    for number in range(5):
        land(settings, replace(account, account_id=str(number)), number)
    assert loading.load_new(con, settings, "x", [DAY])["users"] == 5
    assert [(row[0], row[1]) for row in users(con)] == [(str(number), number) for number in range(5)]


def test_a_post_that_came_on_two_pages_is_one_row_the_first(settings, account, con):
    """Row 18 of the fault matrix."""
    posts = SOURCES["x"].streams[1]

    def page(*likes: tuple[str, int]) -> Page:
        data = [{"id": post_id, "public_metrics": {"like_count": count}} for post_id, count in likes]
        return Page("/2/users/42/tweets", 200, json.dumps({"data": data}).encode())

    pages = [page(("3", 30), ("2", 20)), page(("2", 21), ("1", 10))]
    landing.write(settings.landing, account, posts, DAY, NOON, pages, settings.person_key)
    assert loading.load_new(con, settings, "x", [DAY])["posts"] == 3
    assert con.execute("select post_id, public_like_count from raw_x.posts order by all").fetchall() == [
        ("1", 10),
        ("2", 20),
        ("3", 30),
    ]
    assert con.execute("select row_count from raw_registry.loads").fetchone() == (3,)
