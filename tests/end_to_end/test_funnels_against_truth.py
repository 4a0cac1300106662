"""The ways of posts and of people are what was planted, reckoned in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, timedelta
from types import SimpleNamespace

import pytest

from sandbox.servers import x_mentions
from tests.end_to_end.marts import mart
from tests.end_to_end.truth import DAY, Truth, came_by, instant, midnight

pytestmark = pytest.mark.slow
STEPS = ("sns_contact", "lead", "qualified_lead", "customer")
WINDOW = timedelta(days=30)


@pytest.fixture(scope="module")
def truth(rehearsed) -> Truth:
    return Truth(rehearsed)


def whole_weeks(truth: Truth) -> list:
    """Return the Mondays whose seven days were all captured, and the midnight before them too."""
    return [day for day in truth.days if day.weekday() == 0 and day + 6 * DAY <= truth.last and day > truth.first]


def steps_of(person: dict[str, str]) -> list:
    """Return when a person reached each step, the first that was missed and all after it left out."""
    reached = []
    for name in ("first_visit_at", "created_at", "qualified_at", "customer_at"):
        if not person[name] or (reached and instant(person[name]) < reached[-1]):
            break
        reached.append(instant(person[name]))
    return reached


def test_people_who_came_by_sns_reach_their_steps_in_order_and_in_time(rehearsed, truth):
    """M165: person by person, in order and within thirty days; nobody of this world does anything in between."""
    begun, people = Counter(), Counter()
    for person in truth.rows("leads"):
        if came_by(truth, person, person["created_at"])["platform"] == "other":
            continue
        reached = steps_of(person)
        cohort = (person["brand_id"], reached[0].astimezone(UTC).date().replace(day=1))
        begun[cohort] += 1
        for step, at in zip(STEPS, reached, strict=False):
            people[(*cohort, "ordered", step)] += 1
            people[(*cohort, "strict", step)] += 1
            people[(*cohort, "windowed", step)] += at - reached[0] <= WINDOW
    expected = {
        (*cohort, counting, step): {"people": people[(*cohort, counting, step)], "people_begun": count}
        for cohort, count in begun.items()
        for counting in ("ordered", "windowed", "strict")
        for step in STEPS
    }
    key = "brand_id, cohort_month, counting, step_name"
    assert mart(rehearsed, "contact_funnel_monthly", key, ["people", "people_begun"]) == expected


def test_the_steps_of_a_week_on_x_are_its_posts_and_what_they_gained(rehearsed, truth):
    """M190: posts, impressions, reactions, profile visits, follows and clicks of exactly the week's UTC days."""
    levels = {key: int(row["followers_eod"]) for key, row in truth.account_days("x", "UTC").items()}
    published = defaultdict(int)
    for post in truth.posts.values():
        is_answer = post["in_reply_to"] and f"x:{post['in_reply_to']}" not in truth.posts
        if post["platform"] == "x" and post["referenced_type"] != "retweeted" and not is_answer:
            published[f"x:{post['native_account_id']}", instant(post["published_at"]).date()] += 1
    expected = {}
    for week in whole_weeks(truth):
        for account_id in {account for account, _ in levels}:
            days = [week + number * DAY for number in range(7)]
            gained = [truth.gained_on_x(account_id, day) for day in days]
            counted = {
                "posts": sum(published[account_id, day] for day in days),
                "exposure": sum(day["impressions"] for day in gained),
                "follows": levels[account_id, days[-1]] - levels[account_id, week - DAY],
                **{name: sum(day[name] for day in gained) for name in ("engagements", "profile_visits", "link_clicks")},
            }
            expected |= {(account_id, week, step): {"value": float(count)} for step, count in counted.items()}
    where = "platform = 'x' and step_name not in ('sessions', 'leads', 'deals_won')"
    assert expected
    assert mart(rehearsed, "account_funnel_weekly", "account_id, week_start, step_name", ["value"], where) == expected


def test_posts_by_others_are_the_planted_mentions_of_each_day(rehearsed, truth):
    """M10: a brand's hashtag and its name stand in the same post, which is one post of its account's day."""
    expected = {}
    for account_id, day in truth.account_days("x", "UTC"):
        account = SimpleNamespace(account_id=account_id.removeprefix("x:"))
        planted = x_mentions.between(account, midnight(day), midnight(day + DAY))
        if planted:
            found = {"posts": len(planted), "authors": len({one.author_id for one in planted})}
            expected[account_id, day] = found
    where = f"account_id like 'x:%' and hashtag = '(mention)' and date >= '{truth.first}'"
    assert len(expected) > 10
    assert mart(rehearsed, "ugc_daily", "account_id, date", ["posts", "authors"], where) == expected
    weeks = mart(
        rehearsed, "account_periods", "account_id, period_start", ["value"],
        "metric_id = 'ugc_posts' and period_type = 'week' and not is_partial and account_id like 'x:%'",
    )  # fmt: skip
    assert weeks == {
        (account_id, week): {
            "value": float(sum(expected.get((account_id, week + n * DAY), {"posts": 0})["posts"] for n in range(7)))
        }
        for account_id in {account for account, _ in expected}
        for week in whole_weeks(truth)
    }
