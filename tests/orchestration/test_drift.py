"""Fields that appear, vanish or change type, as a run's load finds them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from connectors import SOURCES
from connectors.streams import Page
from orchestration import drift, landing, loading
from tests.orchestration.conftest import DAY, NOON

POSTS = SOURCES["x"].streams[1]
POST = {"id": "7", "text": "tea", "created_at": "2026-07-01T10:00:00Z", "public_metrics": {"like_count": 3}}


def load(settings, con, account, number: int, *posts: dict) -> list[drift.Drift]:
    """Capture and load the posts as those of the `number`-th day; return what drifted."""
    page = Page("/2/users/42/tweets", 200, json.dumps({"data": list(posts), "meta": {}}).encode())
    at, window = NOON + timedelta(days=number), DAY + timedelta(days=number)
    landing.write(settings.landing, account, POSTS, window, at, [page], settings.person_key)
    drifts: list[drift.Drift] = []
    loading.load_new(con, settings, "x", [window], {"posts"}, drifts)
    return drifts


def thirty(**changed) -> list[dict]:
    return [{**POST, "id": str(number), **changed} for number in range(1, 31)]


def test_what_a_source_always_sent_beyond_the_declaration_is_no_news(settings, con, account):
    assert load(settings, con, account, 0, {**POST, "lang": "ja"}) == []
    assert load(settings, con, account, 1, {**POST, "lang": "ja"}) == []


def test_a_new_field_warns_once_with_an_example(settings, con, account):
    """Row 27 of the fault matrix."""
    load(settings, con, account, 0, POST)
    (one,) = load(settings, con, account, 1, {**POST, "mood": "calm"})
    assert (one.path, one.blocks) == ("data[].mood", False)
    assert "field data[].mood is new (string, for instance in 7)" in one.sentence
    assert load(settings, con, account, 2, {**POST, "mood": "calm"}) == []


def test_a_retyped_field_blocks_with_what_was_declared_what_came_and_an_example(settings, con, account):
    """Row 28 of the fault matrix."""
    load(settings, con, account, 0, POST)
    (one,) = load(settings, con, account, 1, {**POST, "public_metrics": {"like_count": "many"}})
    assert one.blocks
    assert "x posts: field data[].public_metrics.like_count is declared BIGINT and came as string" in one.sentence
    assert "for instance in 7" in one.sentence
    assert con.execute("select count(*) from raw_x.posts").fetchone() == (2,)


@pytest.mark.parametrize("path", ["text", "created_at", "public_metrics"])
def test_a_field_that_was_always_there_and_is_gone_blocks_every_run_until_it_is_mended(settings, con, account, path):
    """Row 28 of the fault matrix."""
    load(settings, con, account, 0, *thirty())
    without = {name: value for name, value in POST.items() if name != path}
    for number in (1, 2):
        (one,) = load(settings, con, account, number, without)
        assert (one.path, one.change) == (f"data[].{path}", "lost")
    assert load(settings, con, account, 3, POST) == []


def test_a_second_run_to_which_the_source_says_the_same_is_blocked_too(settings, con, account):
    load(settings, con, account, 0, POST)
    retyped = {**POST, "public_metrics": {"like_count": "many"}}
    first = load(settings, con, account, 1, retyped)
    assert [one.change for one in first] == ["retyped"]
    assert load(settings, con, account, 1, retyped) == first
    assert load(settings, con, account, 1, POST) == []
    assert load(settings, con, account, 1, POST) == []


def test_a_field_that_some_posts_never_had_does_not_block(settings, con, account):
    load(settings, con, account, 0, *thirty(), {"id": "99"})
    assert load(settings, con, account, 1, {"id": "99"}) == []


def test_a_field_renamed_to_another_name_that_is_read_does_not_block(settings, con, account):
    load(settings, con, account, 0, *thirty(public_metrics={"retweet_count": 1}))
    assert [
        one for one in load(settings, con, account, 1, *thirty(public_metrics={"repost_count": 1})) if one.blocks
    ] == []


def test_an_account_without_posts_says_nothing_about_the_fields_of_posts(settings, con, account):
    load(settings, con, account, 0, *thirty())
    assert [one for one in load(settings, con, account, 1) if one.blocks] == []


def test_row_28_a_value_of_no_name_blocks_until_it_has_one(settings, con, account):
    """Row 28 of the fault matrix: a reference of a new kind would be taken for a post of the account's own."""
    (one,) = load(settings, con, account, 0, {**POST, "referenced_tweets": [{"type": "echoed", "id": "3"}]})
    assert (one.path, one.change, one.blocks) == ("data[].referenced_tweets[].type", "grown", True)
    assert "has the value 'echoed', which has no name here, for instance in 3" in one.sentence
    assert load(settings, con, account, 1, {**POST, "referenced_tweets": [{"type": "quoted", "id": "3"}]}) == []
