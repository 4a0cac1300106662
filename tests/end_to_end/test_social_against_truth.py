"""What the marts on posts, periods and exposure say equals what was planted, reckoned anew in plain Python."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

import pytest

from tests.end_to_end.marts import mart
from tests.end_to_end.truth import DAY, PACIFIC, Truth, as_told, instant, midnight

pytestmark = pytest.mark.slow
MARKS = {"24h": 24, "48h": 48, "7d": 168}


@pytest.fixture(scope="module")
def truth(rehearsed) -> Truth:
    return Truth(rehearsed)


def own(truth: Truth) -> dict[str, dict[str, str]]:
    """Return the account's own posts that a capture saw."""
    return {
        key: post
        for key, post in truth.posts.items()
        if post["referenced_type"] != "retweeted" and any(truth.captures(post))
    }


def exposure(post: dict[str, str], told: dict[str, int | None]) -> int | None:
    """Return views of a post on Instagram and impressions of one on X."""
    return told["views"] if post["platform"] == "instagram" else told["impressions"]


def test_values_at_three_ages_are_those_of_the_nearest_midnight_within_half_a_day(rehearsed, truth):
    """M90: at 24 h, 48 h and 7 d there is the nearest capture with its age, and nothing between two of them."""
    expected = {}
    for post_id, post in own(truth).items():
        ages = {
            day: (midnight(day + DAY) - instant(post["published_at"])) / timedelta(hours=1)
            for day in truth.captures(post)
        }
        row = {}
        for mark, hours in MARKS.items():
            near = sorted((abs(age - hours), day) for day, age in ages.items() if abs(age - hours) <= 12)
            told = as_told(post, truth.until(post, near[0][1])) if near else None
            row[f"age_hours_{mark}"] = ages[near[0][1]] if near else None
            row[f"exposure_{mark}"] = exposure(post, told) if told else None
        expected[post_id] = row
    columns = [f"{name}_{mark}" for mark in MARKS for name in ("age_hours", "exposure")]
    assert mart(rehearsed, "post_performance", "post_id", columns) == expected


def test_followers_at_publication_are_the_level_of_the_midnight_before(rehearsed, truth):
    """M203: the rate by followers takes those that were there when the post came."""
    levels = {
        (account_id, day): int(row["followers_eod"])
        for platform in ("instagram", "x")
        for (account_id, day), row in truth.account_days(platform, "UTC").items()
    }
    expected = {}
    for post_id, post in own(truth).items():
        account_id = f"{post['platform']}:{post['native_account_id']}"
        before = instant(post["published_at"]).date() - DAY
        expected[post_id] = {"followers_at_post": levels.get((account_id, before))}
    assert mart(rehearsed, "post_performance", "post_id", ["followers_at_post"]) == expected


def test_a_weeks_sums_on_x_are_those_of_its_days(rehearsed, truth):
    """M28: each window holds what happened on exactly its days."""
    weeks = [day for day in truth.days if day.weekday() == 0 and day + 6 * DAY <= truth.last and day > truth.first]
    expected = {}
    for week in weeks:
        for account_id in {key[0] for key in truth.account_days("x", "UTC")}:
            days = [truth.gained_on_x(account_id, week + number * DAY) for number in range(7)]
            for metric in ("impressions", "engagements", "link_clicks"):
                expected[account_id, week, metric] = {"value": float(sum(day[metric] for day in days))}
    where = "account_id like 'x:%' and period_type = 'week' and not is_partial"
    where += " and metric_id in ('impressions', 'engagements', 'link_clicks')"
    assert mart(rehearsed, "account_periods", "account_id, period_start, metric_id", ["value"], where) == expected


def test_organic_and_promoted_weeks_on_x_are_the_planted_ones(rehearsed, truth):
    """M16: what was promoted is what the ads brought, to the last impression."""
    weeks = [day for day in truth.days if day.weekday() == 0 and day + 6 * DAY <= truth.last and day > truth.first]
    expected = {}
    for week in weeks:
        for account_id in {key[0] for key in truth.account_days("x", "UTC")}:
            total = {"organic": 0, "promoted": 0}
            for post in own(truth).values():
                if f"x:{post['native_account_id']}" != account_id or post["platform"] != "x":
                    continue
                read_on = list(truth.captures(post))
                for before, day in zip([None, *read_on], read_on, strict=False):
                    if week <= day <= week + 6 * DAY:
                        grown = truth.gained_since(post, before, day)
                        total["organic"] += grown["organic_impressions"]
                        total["promoted"] += grown["promoted_impressions"]
            expected |= {(account_id, week, side): {"exposure": count} for side, count in total.items()}
    where = "platform = 'x' and period_type = 'week' and not is_partial"
    assert mart(rehearsed, "exposure_review", "account_id, period_start, traffic", ["exposure"], where) == expected


def test_a_settled_days_audience_is_the_planted_one(rehearsed, truth):
    """M13: followers and others as they were planted, nothing left over."""
    expected = {}
    for (account_id, day), row in truth.account_days("instagram", PACIFIC).items():
        if truth.settled(day, PACIFIC, rereads=3):
            parts = {"followers": int(row["views_follower"]), "non_followers": int(row["views_non_follower"])}
            parts["unattributed"] = int(row["views"]) - sum(parts.values())
            expected |= {(account_id, day, part): {"exposure": count} for part, count in parts.items()}
    where = "platform = 'instagram' and is_settled"
    assert mart(rehearsed, "exposure_by_audience", "account_id, date, audience", ["exposure"], where) == expected


def test_slots_hold_the_median_of_their_posts(rehearsed, truth):
    """M186: weekday and hour in the brand's zone, each with its number of posts."""
    marks = mart(rehearsed, "post_performance", "post_id", ["exposure_48h"], "exposure_48h is not null")
    cells = {}
    for post_id, row in marks.items():
        post = truth.posts[post_id]
        if post["in_reply_to"] and post["format"] != "thread":
            continue
        account_id = f"{post['platform']}:{post['native_account_id']}"
        local = truth.brand_clock(post["brand_id"], instant(post["published_at"]))
        cells.setdefault((account_id, local.isoweekday(), local.hour), []).append(row["exposure_48h"])
    expected = {key: {"post_n": len(cell), "exposure_48h_median": median(cell)} for key, cell in cells.items()}
    assert mart(rehearsed, "posting_slots", "account_id, weekday, hour", ["post_n", "exposure_48h_median"]) == expected


def test_an_export_of_the_same_midnight_differs_from_the_api_by_what_was_planted(rehearsed, truth):
    """M20: one row a post, with the export's count, the API's and the difference, a view in a thousand."""
    columns = ["source_used", "counted_through", "source_diff", "impressions_to_date", "likes_diff"]
    rows = mart(rehearsed, "post_analytics_reconciled", "post_id", columns)
    exported = {key for key, post in own(truth).items() if post["platform"] == "x"} & set(rows)
    of_api = {key: row for key, row in rows.items() if row["source_used"] == "api"}
    assert len(exported) == len(rows) > 40
    assert len(of_api) > 20
    for post_id, row in of_api.items():
        told = as_told(truth.posts[post_id], truth.until(truth.posts[post_id], row["counted_through"]))
        assert row["impressions_to_date"] == told["impressions"]
        assert row["source_diff"] == -(told["impressions"] // 1000)
        assert row["likes_diff"] == 0
