"""What the marts say of posts and accounts equals what was planted, to the last unit."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.end_to_end.marts import mart
from tests.end_to_end.truth import COUNTERS, DAY, FORMATS_ON_X, ON_X, PACIFIC, Truth, as_told, instant, midnight

pytestmark = pytest.mark.slow

ACCOUNT_COUNTS = {
    "reach": "reach", "reach_followers": "reach_follower", "reach_non_followers": "reach_non_follower",
    "views": "views", "views_followers": "views_follower", "views_non_followers": "views_non_follower",
    "engagements": "total_interactions", "accounts_engaged": "accounts_engaged", "likes": "likes",
    "comments": "comments", "saves": "saves", "shares": "shares", "reposts": "reposts",
    "profile_visits": "profile_views", "link_clicks": "website_clicks", "followers_gained": "gained",
    "followers_lost": "lost",
}  # fmt: skip


@pytest.fixture(scope="module")
def truth(rehearsed) -> Truth:
    return Truth(rehearsed)


def test_every_own_post_is_known_as_it_was_published_in_the_brands_clock(rehearsed, truth):
    expected = {}
    for post_id, post in truth.posts.items():
        if post["referenced_type"] == "retweeted":
            continue
        local = instant(post["published_at"]).astimezone(ZoneInfo(truth.zones[post["brand_id"]]))
        is_x = post["platform"] == "x"
        expected[post_id] = {
            "native_post_id": post["native_post_id"],
            "account_id": f"{post['platform']}:{post['native_account_id']}",
            "brand_id": post["brand_id"],
            "published_at": instant(post["published_at"]),
            "published_date": local.date(),
            "published_weekday": local.isoweekday(),
            "published_hour": local.hour,
            "surface": "timeline" if is_x else post["surface"],
            "format": FORMATS_ON_X[post["format"]] if is_x else post["format"],
            "has_media": bool(post["media_type"]),
            "hashtags": post["hashtags"],
            "link_url": (post["link_url"] or None) if is_x else None,
            "is_reply": False,
        }
    assert mart(rehearsed, "dim_posts", "post_id", list(next(iter(expected.values()))), "is_own") == expected


def test_reposts_are_known_and_are_not_our_own(rehearsed, truth):
    reposts = {key for key, post in truth.posts.items() if post["referenced_type"] == "retweeted"}
    assert set(mart(rehearsed, "dim_posts", "post_id", ["text"], "not is_own")) == reposts


def test_counters_to_date_are_those_of_each_midnight(rehearsed, truth):
    """M159: a lifetime counter has a snapshot a day, and none is overwritten by a later one."""
    expected = {}
    for post_id, post in truth.posts.items():
        for day in truth.captures(post):
            read_at = midnight(day + DAY)
            told = as_told(post, truth.until(post, day), truth.has_details(post, day))
            age = (read_at - instant(post["published_at"])) / timedelta(hours=1)
            expected[post_id, read_at.date()] = {"age_hours": age} | {f"{n}_to_date": told[n] for n in COUNTERS}
    columns = ["age_hours", *(f"{name}_to_date" for name in COUNTERS)]
    assert mart(rehearsed, "fct_post_snapshots", "post_id, captured_date", columns) == expected


def test_increments_of_a_post_are_what_it_gained_since_it_was_read_before(rehearsed, truth):
    expected = {}
    for post_id, post in truth.posts.items():
        before = None
        for day in truth.captures(post):
            is_old = before is None and instant(post["published_at"]) <= midnight(day)
            with_details = all(truth.has_details(post, one) for one in (before, day) if one)
            gained = as_told(post, truth.gained_since(post, before, day), with_details)
            told = dict.fromkeys(COUNTERS) if is_old else gained
            covered = (day - before).days if before else 1
            expected[post_id, day] = {"is_first_capture": before is None, "days_covered": None if is_old else covered}
            expected[post_id, day] |= told
            before = day
    columns = ["is_first_capture", "days_covered", *COUNTERS]
    assert mart(rehearsed, "fct_post_daily", "post_id, date", columns) == expected


def test_increments_add_up_to_the_counters_at_the_end_and_reach_is_the_posts_own(rehearsed, truth):
    read_on = truth.last + DAY
    columns = ["reach_to_date", "views_to_date", "impressions_to_date"]
    found = mart(rehearsed, "fct_post_snapshots", "post_id", columns, f"captured_date = '{read_on}'")
    expected = {}
    for post_id, post in truth.posts.items():
        if truth.last not in truth.captures(post):
            continue
        told = as_told(post, {name: int(post[name] or 0) for name in post if name in truth.counters})
        is_told = post["platform"] == "instagram" and told["views"] is not None
        expected[post_id] = {
            "reach_to_date": int(post["reach"]) if is_told else None,
            "views_to_date": told["views"],
            "impressions_to_date": told["impressions"],
        }
    assert found == expected


def test_settled_instagram_days_are_what_happened_between_two_pacific_midnights(rehearsed, truth):
    expected = {
        (account_id, day): {name: int(row[source]) for name, source in ACCOUNT_COUNTS.items()}
        | {"advocacy_reposts": int(row["shares"]) + int(row["reposts"]), "quotes": None, "impressions": None}
        for (account_id, day), row in truth.account_days("instagram", PACIFIC).items()
        if truth.settled(day, PACIFIC, rereads=3)
    }
    columns = [*ACCOUNT_COUNTS, "advocacy_reposts", "quotes", "impressions"]
    where = "platform = 'instagram' and is_settled"
    assert mart(rehearsed, "fct_account_daily", "account_id, date", columns, where) == expected


def test_unsettled_instagram_days_never_tell_more_than_the_end_will(rehearsed, truth):
    planted = truth.account_days("instagram", PACIFIC)
    where = "platform = 'instagram' and not is_settled"
    found = mart(rehearsed, "fct_account_daily", "account_id, date", ["views", "reach", "likes"], where)
    assert {day for _, day in found} == {truth.last - number * DAY for number in range(3)}
    for key, row in found.items():
        assert all(0 < value <= int(planted[key][name]) for name, value in row.items()), (key, row)


def test_followers_are_the_level_at_each_utc_midnight(rehearsed, truth):
    expected = {}
    for platform in ("instagram", "x"):
        levels = truth.account_days(platform, "UTC")
        for (account_id, day), row in levels.items():
            level, before = int(row["followers_eod"]), levels.get((account_id, day - DAY))
            net = level - int(before["followers_eod"]) if before else None
            expected[account_id, day] = {
                "followers": level, "followers_net": net, "following": int(row["following_eod"])
            }  # fmt: skip
    columns = ["followers", "followers_net", "following"]
    assert mart(rehearsed, "fct_account_daily", "account_id, date", columns) == expected


def test_a_day_on_x_is_the_sum_of_what_its_posts_gained(rehearsed, truth):
    expected = {}
    for account_id, day in truth.account_days("x", "UTC"):
        # posts that were older than a day at the first capture leave the day without a known total
        gained = None if day == truth.first else truth.gained_on_x(account_id, day)
        expected[account_id, day] = dict.fromkeys(ON_X) if gained is None else gained
    assert mart(rehearsed, "fct_account_daily", "account_id, date", list(ON_X), "platform = 'x'") == expected
