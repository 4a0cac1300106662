"""The gate judges a whole publication: nothing fails on a good one, and damage is named by what is about it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from benchmarks.gate import broken
from orchestration import connection, gate, profile, quality, status
from orchestration.settings import REPOSITORY, Settings

pytestmark = pytest.mark.slow

DAMAGE = {
    "fct_account_daily.followers_is_possible": "update marts.fct_account_daily set followers = -1 where account_id ="
    " (select min(account_id) from marts.fct_account_daily) and date = date '2026-07-05'",
    "publication.every_number_is_finite": "update marts.account_periods set value = 'nan' where period_type = 'week'",
    "publication.every_name_is_listed": "update marts.link_clicks_daily set account_id = 'x:nobody'",
    "publication.no_level_is_negative": "update marts.fct_site_daily set sessions = -7 where date = date '2026-07-08'",
    "publication.the_counts_of_rows_are_true": "delete from marts.dim_platform_events",
    "fct_contacts.people_are_hashes_only": "update marts.fct_contacts set person_key = 'someone@example.com'",
    "funnel_daily.a_stage_stands_on_the_one_before": "update marts.funnel_daily set previous_value = 3"
    " where stage = 'purchase'",
    "publication.settled_days_keep_their_figures": "update marts.exposure_by_audience set exposure = 9 * exposure",
    "conversion_credits.every_credit_is_of_a_conversion": "update marts.conversion_credits set conversion_id = 'none'",
    "dim_posts.a_post_is_the_same_as_before": "update marts.dim_posts set format = 'thread' where platform = 'x'",
    "fct_account_daily.a_day_that_was_served_stays": "delete from marts.fct_account_daily"
    " where date = date '2026-07-03'",
}


@pytest.fixture(scope="module")
def served(rehearsed) -> Path:
    return (rehearsed / "published" / "marts.duckdb").resolve()


@pytest.fixture(scope="module")
def damaged(served, tmp_path_factory) -> Path:
    """A copy of what is served that was damaged in every way at once."""
    candidate = tmp_path_factory.mktemp("damaged") / "candidate.duckdb"
    shutil.copy(served, candidate)
    candidate.chmod(0o600)
    with duckdb.connect(str(candidate)) as con:
        for damage in DAMAGE.values():
            con.execute(damage)
    return candidate


@pytest.fixture(scope="module")
def results(served, damaged) -> dict[str, dict]:
    """What the gate says of it, beside what is served."""
    verdict = damaged.with_name("verdict.json")
    judging = [sys.executable, "-m", "orchestration.gate", str(damaged), str(verdict), str(served)]
    subprocess.run(judging, cwd=REPOSITORY, capture_output=True, check=True)
    return {result["key"]: result for result in json.loads(verdict.read_text(encoding="utf-8"))["results"]}


@pytest.mark.parametrize("key", DAMAGE)
def test_damage_of_each_kind_is_caught_by_the_promise_that_is_about_it(results, key):
    assert not results[key]["success"]
    assert results[key]["error"] is None
    assert results[key]["owner"].endswith("@example.com")


def test_plain_sql_finds_the_same_as_great_expectations_of_every_expectation(results, damaged, served):
    """What is measured and mutated by plain SQL is what the library would have found."""
    profiled = damaged.with_name("plain.duckdb")
    profile.write(profiled, damaged, served)
    entries = [entry for suite in gate.suites().values() for entry in suite]
    with duckdb.connect(str(damaged), read_only=True) as con:
        connection.attach(con, served, profiled)
        plain = {entry.key: con.execute(broken(entry)).fetchone()[0] == 0 for entry in entries}
    assert plain == {key: result["success"] for key, result in results.items()}
    assert set(plain.values()) == {True, False}


def test_no_example_of_a_failed_expectation_shows_a_person(results):
    shown = json.dumps([result["examples"] for result in results.values()])
    assert "person_key" not in shown
    assert "@" not in shown
    assert results["fct_contacts.people_are_hashes_only"]["examples"]


def test_every_result_of_the_rehearsal_is_in_the_history_and_passed(rehearsed, served):
    files = quality.folder(Settings.load(rehearsed, {})) / "*.parquet"
    rows = duckdb.execute(
        "select table_name || '.' || expectation, severity, success, error from read_parquet(?)", [str(files)]
    ).fetchall()
    assert {(key, severity) for key, severity, _, _ in rows} == {
        (entry.key, entry.severity) for suite in gate.suites().values() for entry in suite
    }
    assert [key for key, _, success, error in rows if not success or error] == []


def test_the_page_says_what_is_served_and_how_far_each_source_has_come(rehearsed):
    text = (rehearsed / "published" / status.PAGE).read_text(encoding="utf-8")
    assert "data through <strong>2026-07-12</strong>" in text
    for source in ("instagram", "x", "ga4", "hubspot"):
        assert f"<td>{source}</td>" in text
    assert "went through" in text
    assert "://" not in text
