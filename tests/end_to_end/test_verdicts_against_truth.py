"""What the weekly routine, the scorecard and the verdicts stand on is what was planted, reckoned in plain Python."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.end_to_end.marts import mart
from tests.end_to_end.truth import DAY, Truth, as_told, came_by, instant

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def truth(rehearsed) -> Truth:
    return Truth(rehearsed)


def whole_weeks(truth: Truth) -> list:
    """Return the Mondays whose seven days were all captured, and the midnight before them too."""
    return [day for day in truth.days if day.weekday() == 0 and day + 6 * DAY <= truth.last and day > truth.first]


def account_of(post: dict[str, str]) -> str:
    """Return the account_id of a post."""
    return f"{post['platform']}:{post['native_account_id']}"


def gained(truth: Truth, post: dict[str, str], week) -> dict[str, int] | None:
    """Return what a post's captures of a week add to those before, None where nothing of it is told."""
    read_on = list(truth.captures(post))
    total, is_told = Counter(), False
    for number, day in enumerate(read_on):
        before = read_on[number - 1] if number else None
        if not week <= day <= week + 6 * DAY:
            continue
        now = as_told(post, truth.until(post, day))
        then = as_told(post, truth.until(post, before)) if before else {}
        for name in ("views", "impressions", "engagements"):
            if now[name] is not None and (not before or then[name] is not None):
                total[name] += now[name] - (then[name] if before else 0)
                is_told = is_told or name != "engagements"
    return total if is_told else None


def test_the_reviews_top_post_is_the_one_that_gained_most_in_the_week(rehearsed, truth):
    """M103 and N3: one post a week and account, of equals the earliest, with what it truly gained."""
    expected = {}
    for week in whole_weeks(truth):
        found: dict[str, list] = {}
        for post_id, post in truth.posts.items():
            if post["referenced_type"] != "retweeted" and (grown := gained(truth, post, week)):
                exposure = grown["views"] or grown["impressions"]
                found.setdefault(account_of(post), []).append((-exposure, instant(post["published_at"]), post_id))
        for account_id, ranked in found.items():
            exposure, _, post_id = min(ranked)
            expected[account_id, week] = {"post_id": post_id, "exposure": -exposure}
    assert expected
    assert mart(rehearsed, "weekly_review", "account_id, week_start", ["post_id", "exposure"], "step = 1") == expected


def test_the_scorecards_inquiries_are_the_people_who_came_by_the_platform(rehearsed, truth):
    """M98: inquiries of the week are the leads whose first tagged visit came from the account's platform."""
    people = Counter()
    for row in truth.rows("leads"):
        came = came_by(truth, row, row["created_at"])
        people[row["brand_id"], came["platform"], came["conversion_date"]] += 1
    accounts = {(account_of(post), post["brand_id"], post["platform"]) for post in truth.posts.values()}
    expected = {
        (account_id, week): {"value": float(sum(people[brand_id, platform, week + n * DAY] for n in range(7)))}
        for account_id, brand_id, platform in accounts
        for week in whole_weeks(truth)
    }
    where = "priority_set = 'report4' and measure = 'leads'"
    assert mart(rehearsed, "scorecard_weekly", "account_id, week_start", ["value"], where) == expected


def test_leads_and_deals_of_a_post_are_those_that_its_tag_brought(rehearsed, truth):
    """M77: conversions of a verdict are the planted people and deals, post by post."""
    people = {(row["brand_id"], row["contact_id"]): row for row in truth.rows("leads")}
    leads = Counter(came_by(truth, row, row["created_at"])["post_id"] for row in people.values())
    deals = Counter(
        came_by(truth, people[row["brand_id"], row["contact_id"]], row["closed_at"])["post_id"]
        for row in truth.rows("deals")
        if row["is_won"] == "true"
    )
    found = mart(rehearsed, "post_verdicts", "post_id", ["leads", "deals_won"])
    assert found == {post_id: {"leads": leads[post_id], "deals_won": deals[post_id]} for post_id in found}
    assert sum(row["leads"] for row in found.values()) > 0


def test_every_rate_of_the_scorecard_is_its_two_sides(rehearsed):
    """M12: the long table keeps numerator and denominator beside each rate."""
    where = "numerator is not null and denominator <> 0"
    columns = ["value", "numerator", "denominator"]
    found = mart(rehearsed, "scorecard_weekly", "account_id, week_start, priority_set, measure", columns, where)
    assert found
    for key, row in found.items():
        assert row["value"] == row["numerator"] / row["denominator"], key


def test_posts_that_are_seldom_read_make_no_incident(rehearsed, truth):
    """Nothing that was planted holds figures back, so no day is called uncounted, though X reads old posts seldom."""
    assert not {row["kind"] for row in truth.rows("incidents")} & {"settling_delay", "platform", "volume", "access"}
    found = mart(rehearsed, "impression_triage", "account_id, incident_start, cut", ["verdict"])
    assert {key: row for key, row in found.items() if row["verdict"] == "period_mismatch"} == {}
