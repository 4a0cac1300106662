"""Posts that are edited, withheld or deleted, planted in a world of the sandbox, read day by day over real HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from connectors import SOURCES
from connectors.streams import Account, Window
from sandbox import scenario
from sandbox.world import build
from tests.connectors.conftest import rows, stream_of
from tests.sandbox.conftest import serving

X_ID, INSTAGRAM_ID = "1500000000000000101", "17841400000000101"
X = Account("aozora", "x", X_ID, "aozora_coffee", "Asia/Tokyo", "JPY", "X_TOKEN_AOZORA")
INSTAGRAM = Account("aozora", "instagram", INSTAGRAM_ID, "aozora.coffee", "Asia/Tokyo", "JPY", "INSTAGRAM_TOKEN")
CHANGES = [
    {"kind": "deleted", "account": X_ID, "number": 1, "at": "2026-07-04"},
    {"kind": "withheld", "account": X_ID, "number": 2, "at": "2026-07-05"},
    {"kind": "edited", "account": X_ID, "number": 3, "at": "2026-07-01"},
    {"kind": "deleted", "account": INSTAGRAM_ID, "number": 1, "at": "2026-07-04"},
]


@pytest.fixture(scope="module")
def changed():
    planned = scenario.load(scenario.SCENARIOS / "small.yml")
    changes = tuple(scenario.PostChange(**change) for change in CHANGES)
    yield from serving(build(planned.model_copy(update={"post_changes": changes})))


def captured(changed, account, stream, days):
    """Return the pages of each midnight, each capture planned with those before it."""
    history, found = [], {}
    for number in range(days):
        at = datetime(2026, 7, 2, tzinfo=UTC) + timedelta(days=number)
        api = SOURCES[account.source].open(f"{changed.root}/at/{at.date()}/{account.source}", "of-aozora")
        window = Window(at.date(), landed=lambda kept=history: list(kept))
        found[at.date()] = list(stream_of(account.source, stream).pages(api, account, window))
        api.close()
        history += [(at, page) for page in found[at.date()]]
    return found


def own(changed, native_id, number):
    start = datetime(2026, 7, 1, tzinfo=UTC)
    posts = [post for post in changed.world.posts[native_id] if post.is_own and not post.is_story]
    return sorted((one for one in posts if one.published_at >= start), key=lambda one: one.published_at)[number - 1]


def test_a_post_deleted_on_x_is_asked_for_once_and_told_to_be_gone(changed):
    gone = own(changed, X_ID, 1).native_id
    pages = captured(changed, X, "posts", 6)
    stream = stream_of("x", "posts")
    seen = [day for day in pages if gone in {row["post_id"] for row in rows(stream, "posts", pages[day])}]
    assert max(seen) == date(2026, 7, 3)
    told = {
        day: [row["problem"] for row in rows(stream, "post_refusals", pages[day]) if row["post_id"] == gone]
        for day in pages
    }
    assert told[date(2026, 7, 4)] == ["resource-not-found"]
    assert [day for day, problems in told.items() if "resource-not-found" in problems] == [date(2026, 7, 4)]


def test_a_post_withheld_in_some_countries_is_kept_and_says_where(changed):
    withheld = own(changed, X_ID, 2).native_id
    pages = captured(changed, X, "posts", 5)
    told = [
        row["withheld_countries"]
        for day in sorted(pages)
        for row in rows(stream_of("x", "posts"), "posts", pages[day])
        if row["post_id"] == withheld
    ]
    assert told[-1] == "DE FR"
    assert told[0] in (None, "")


def test_every_version_of_an_edited_post_is_read_and_together_they_count_what_the_post_did(changed):
    post = own(changed, X_ID, 3)
    pages = captured(changed, X, "posts", 6)
    versions = {}
    for day in sorted(pages):
        for row in rows(stream_of("x", "posts"), "posts", pages[day]):
            if row["first_post_id"] == post.native_id:
                versions.setdefault(row["post_id"], []).append((day, row))
    first, second = sorted(versions, key=int)
    assert first == post.native_id
    # the older one stands still, so it is read once
    assert len(versions[first]) == 1
    day, newest = versions[second][-1]
    counted = changed.world.post_counters(post, datetime(day.year, day.month, day.day, tzinfo=UTC))
    total = versions[first][0][1]["public_impression_count"] + newest["public_impression_count"]
    assert total == counted["impressions"]


def test_a_media_deleted_on_instagram_is_missing_from_the_next_whole_list(changed):
    gone = own(changed, INSTAGRAM_ID, 1).native_id
    pages = captured(changed, INSTAGRAM, "media", 4)
    listed = {
        day: gone in {row["media_id"] for row in rows(stream_of("instagram", "media"), "media", pages[day])}
        for day in pages
    }
    assert listed == {date(2026, 7, 2): True, date(2026, 7, 3): True, date(2026, 7, 4): False, date(2026, 7, 5): False}
