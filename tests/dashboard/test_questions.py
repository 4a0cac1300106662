"""The questions of the pages against an independent computation over the rows of the marts."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date

import duckdb
import pytest

from dashboard import served
from dashboard.reader import Reader
from dashboard.words import Words

pytestmark = pytest.mark.slow
WEEK, WEEK_END, BEFORE = date(2026, 7, 6), date(2026, 7, 12), date(2026, 6, 29)
ASKED = {
    "tree": "aozora.sales",
    "behind": "revenue",
    "stage": "awareness",
    "account": "instagram:17841400000000101",
    "incident_start": WEEK,
    "first_date": WEEK,
    "last_date": WEEK_END,
    "model": "customer_health",
    "version": 1,
    "entity": "aozora-c0014",
    "metric": "sessions",
    "periods": 6,
    "with_partial": True,
}
QUESTIONS = sorted(path.stem for path in served.QUESTIONS.glob("*.sql"))


@pytest.fixture(scope="module")
def reader(rehearsed):
    with served.opened(rehearsed / "published" / "marts.duckdb") as version:
        yield Reader(version, Words("en"), "aozora", "JPY", "week", WEEK, WEEK_END)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_can_be_asked_of_a_publication(question, reader):
    rows = reader.ask(question, **ASKED)
    assert rows == reader.ask(question, **ASKED), "the order of rows is not fixed"


def test_the_connection_of_readers_writes_and_reads_no_other_file(reader):
    for forbidden in (
        "create table marts.x as select 1",
        "copy (select 1) to 'x.csv'",
        "from read_csv('/etc/hostname')",
    ):
        with pytest.raises((duckdb.InvalidInputException, duckdb.PermissionException)):
            reader.served.con.execute(forbidden)


def test_a_day_asks_for_its_posts_one_by_one_and_a_week_for_two_equal_windows(rehearsed):
    """M30: the daily page shows a post by itself, the weekly one two windows of seven days beside each other."""
    with served.opened(rehearsed / "published" / "marts.duckdb") as version:
        day = Reader(version, Words("en"), "aozora", "JPY", "day", WEEK, WEEK)
        posts = day.ask("post_table")
        assert posts
        assert {post["published_date"] for post in posts} == {WEEK}
        assert len({post["post_id"] for post in posts}) == len(posts)
        week = Reader(version, Words("en"), "aozora", "JPY", "week", WEEK, WEEK_END)
        assert week.ask("account_changes")
        windows = version.con.execute(
            "select distinct period_start - previous_start, period_end - period_start + 1 from marts.account_periods"
            " where brand_id = 'aozora' and period_type = 'week' and period_start = ?",
            [WEEK],
        ).fetchall()
    assert windows == [(7, 7)]


def test_views_behind_posts_are_the_sums_of_their_days(reader):
    days = reader.served.con.execute(
        "select post_id, daily.date, views from marts.fct_post_daily as daily join marts.dim_posts using (post_id)"
        " where brand_id = 'aozora' and views is not null"
    ).fetchall()
    now, before = defaultdict(int), defaultdict(int)
    for post, day, views in days:
        if WEEK <= day <= WEEK_END:
            now[post] += views
        elif BEFORE <= day < WEEK:
            before[post] += views
    changes = {post: now[post] - before[post] for post in {*now, *before}}
    rows = reader.ask("posts_behind", behind="views")
    assert len(rows) == 10
    assert {row["post_id"]: row["quantity_change"] for row in rows} == {
        row["post_id"]: changes[row["post_id"]] for row in rows
    }
    assert abs(rows[0]["quantity_change"]) == max(map(abs, changes.values()))


def test_revenue_behind_posts_and_behind_none_is_all_of_it(reader):
    """Credits of a deal add up to it, so what posts are credited with is at most what was earned."""
    earned = reader.served.con.execute(
        "select coalesce(sum(amount), 0) from marts.fct_conversions where brand_id = 'aozora'"
        " and conversion_type = 'deal_won' and conversion_date between ? and ?",
        [WEEK, WEEK_END],
    ).fetchone()[0]
    credited = sum(row["quantity"] or 0 for row in reader.ask("posts_behind", behind="revenue"))
    assert 0 <= credited <= float(earned) + 1e-6


def test_the_parts_shown_of_a_goal_add_up_to_its_change(reader):
    for goal in reader.ask("goals"):
        parts = [row["contribution"] for row in reader.ask("tree_contributions", tree=goal["tree_id"])]
        if goal["kgi_delta"] is not None:
            assert sum(parts) == pytest.approx(goal["kgi_delta"], rel=1e-6, abs=1e-9)


def test_scored_are_those_of_the_brand_and_those_whose_feed_names_none(reader):
    asked = reader.served.con.execute(
        "select distinct model_id, entity_type, period_start from marts.engagement_scores"
        " where period_type = 'month' and is_newest"
    ).fetchall()
    posts, people = (
        {row[0] for row in reader.served.con.execute(sql).fetchall()}
        for sql in (
            "select post_id from marts.dim_posts where brand_id = 'aozora'",
            "select person_key from marts.fct_contacts where brand_id = 'aozora'",
        )
    )
    for model, kind, start in asked:
        all_scored = reader.served.con.execute(
            "select entity_id from marts.engagement_scores where model_id = ? and period_type = 'month'"
            " and period_start = ?",
            [model, start],
        ).fetchall()
        own = {"content": posts, "lead": people}.get(kind, {row[0] for row in all_scored})
        rows = reader.ask("score_entities", model=model, version=1, period_type="month", period_start=start)
        assert sorted(row["entity_id"] for row in rows) == sorted(row[0] for row in all_scored if row[0] in own)
        assert {row["has_brand"] for row in rows} == {kind in ("content", "lead")}
    assert {kind for _, kind, _ in asked} >= {"content", "lead", "customer"}


def test_no_question_adds_up_people_or_rates():
    summed = {
        (path.stem, name)
        for path in served.QUESTIONS.glob("*.sql")
        for name in re.findall(r"\bsum\((\w+)\)", path.read_text("utf-8"))
    }
    assert summed == {("posts_behind", "quantity")}
    assert "reach" not in (served.QUESTIONS / "posts_behind.sql").read_text("utf-8")
