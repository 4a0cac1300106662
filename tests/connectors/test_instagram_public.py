"""Competitors, hashtags and tags: over real HTTP against the sandbox, and against a Graph scripted to the point."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors import SOURCES
from connectors.personal import scrub
from connectors.streams import Window
from sandbox.servers.instagram_public import hashtag_id, of_hashtag, of_tagged
from sandbox.servers.world_view import Account as Viewed
from tests.connectors.conftest import KEY, rows, stream_of
from tests.connectors.instagram_scripted import ACCOUNT
from tests.connectors.scripted import Answer

END = "2026-07-13"


def pages_of(base_url, stream, account, token="of-aozora"):
    api = SOURCES["instagram"].open(base_url, token)
    api.sleep = lambda seconds: None
    try:
        return list(stream_of("instagram", stream).pages(api, account, Window(date(2026, 7, 12))))
    finally:
        api.close()


def found(sandbox, stream, table, present=END, **more):
    account = replace(sandbox.accounts["aozora", "instagram"], **more)
    pages = pages_of(f"{sandbox.root}/at/{present}/instagram", stream, account)
    return rows(stream_of("instagram", stream), table, pages)


def test_a_competitor_is_seen_as_it_sees_itself_and_one_that_is_not_there_has_a_reason(sandbox):
    watched = {"competitors": ("nordlicht.outdoor", "nobody.at.all")}
    profiles = {row["handle"]: row for row in found(sandbox, "competitors", "competitors", **watched)}
    (own,) = sandbox.rows("instagram", "account", "accounts", "nordlicht", END)
    seen = profiles["nordlicht.outdoor"]
    assert {name: seen[name] for name in ("followers_count", "follows_count", "media_count")} == {
        name: own[name] for name in ("followers_count", "follows_count", "media_count")
    }
    assert (profiles["nobody.at.all"]["code"], profiles["nobody.at.all"]["subcode"]) == (110, 2207013)
    media = {row["media_id"]: row for row in found(sandbox, "competitors", "competitor_media", **watched)}
    theirs = {row["media_id"]: row for row in sandbox.rows("instagram", "media", "media", "nordlicht", END)}
    assert len(media) == min(50, len(theirs))
    for media_id, row in media.items():
        # Likes may be hidden from others, which is no zero.
        assert row["like_count"] in (theirs[media_id]["like_count"], None)
        assert row["comments_count"] == theirs[media_id]["comments_count"]
        assert (row["view_count"] is not None) == (theirs[media_id]["media_product_type"] == "REELS")


def test_the_media_of_a_day_under_a_hashtag_are_all_found_although_its_cursor_never_changes(sandbox):
    listed = found(sandbox, "hashtag_media", "hashtag_media", hashtags=("coffee", "tea"))
    there = {
        (name, one.media_id)
        for name in ("coffee", "tea")
        for one in of_hashtag(hashtag_id(name), datetime(2026, 7, 13, tzinfo=UTC))
    }
    assert len(there) > 100
    assert {(row["hashtag"], row["media_id"]) for row in listed} == there


def test_thirty_hashtags_a_week_are_searched_and_the_others_named_till_a_slot_is_free(sandbox, caplog):
    account = replace(sandbox.accounts["nordlicht", "instagram"], hashtags=tuple(f"t{number}" for number in range(30)))

    def searched(present, **more):
        pages = pages_of(
            f"{sandbox.root}/at/{present}/instagram", "hashtag_media", replace(account, **more), "of-nordlicht"
        )
        return {page.asked.rpartition("q=")[2] for page in pages if "ig_hashtag_search" in page.asked}

    assert len(searched("2026-07-02")) == 30
    more = {"hashtags": ("t7", "coffee", "tea")}
    assert searched("2026-07-05", **more) == {"t7"}
    assert caplog.messages[-1].endswith("hashtags not searched, the 30 of this week are used: coffee, tea")
    assert searched("2026-07-09", **more) == {"t7", "coffee", "tea"}


def test_who_tags_the_account_is_hashed_and_every_page_is_read(sandbox):
    account = sandbox.accounts["aozora", "instagram"]
    pages = pages_of(f"{sandbox.root}/at/{END}/instagram", "tagged_media", account)
    stream = stream_of("instagram", "tagged_media")
    listed = rows(stream, "tagged_media", pages)
    viewed = Viewed("instagram", account.account_id, brand=None)
    there = {
        one.media_id
        for one in of_tagged(
            viewed, datetime(2026, 7, 1, tzinfo=UTC) - timedelta(days=14), datetime(2026, 7, 13, tzinfo=UTC)
        )
    }
    assert {row["media_id"] for row in listed} == there
    assert {len(row["author_key"]) for row in listed} == {64}
    assert b"guest_" not in b"".join(scrub(page.body, stream.personal, KEY) for page in pages)


def test_a_search_that_is_refused_leaves_the_other_hashtags_whole(scripted):
    def answer(asked):
        if asked.method == "POST":
            return Answer(b"", 404)
        if "recently_searched" in asked.path:
            return Answer({"data": [{"id": "1"}]})
        if "q=secret" in asked.path:
            return Answer({"error": {"code": 24, "message": "The requested resource does not exist"}}, 400)
        if "ig_hashtag_search" in asked.path:
            return Answer({"data": [{"id": "17"}, "of no known kind"]})
        return Answer({"paging": {}, "data": [{"id": "9", "a field of next year": []}]})

    scripted.answers = answer
    pages = pages_of(scripted.url, "hashtag_media", replace(ACCOUNT, hashtags=("secret", "tea")))
    (row,) = rows(stream_of("instagram", "hashtag_media"), "hashtag_media", pages)
    assert (row["hashtag"], row["media_id"], row["like_count"]) == ("tea", "9", None)
    assert [json.loads(page.body).get("error", {}).get("code") for page in pages] == [24, None, None]


@pytest.mark.parametrize("stream", ["competitors", "hashtag_media", "tagged_media"])
def test_instagram_login_has_none_of_it_and_is_not_asked(scripted, stream):
    account = replace(ACCOUNT, competitors=("a",), hashtags=("b",))
    api = SOURCES["instagram"].open(scripted.url, "a-token-for-tests")
    api.base_url = "https://graph.instagram.com"
    assert list(stream_of("instagram", stream).pages(api, account, Window(date(2026, 7, 12)))) == []
    api.close()
    assert scripted.asked == []
