"""What must hold in every world, whatever its scenario."""

import csv
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from sandbox import exports, truth
from sandbox.scenario import SCENARIOS, load
from sandbox.world import build

SMALL = load(SCENARIOS / "small.yml")
END = datetime(2026, 7, 13, tzinfo=UTC)


@pytest.fixture(scope="module")
def small():
    return build(SMALL)


@pytest.fixture(scope="module")
def whole():
    return build(load())


def midnights(world, days=None):
    start = datetime.combine(world.scenario.start, datetime.min.time(), UTC)
    return [start + timedelta(days=number) for number in range((days or world.scenario.days) + 1)]


def test_the_same_scenario_writes_the_same_truth_byte_for_byte(small, tmp_path):
    first = truth.write(small, tmp_path / "first")
    second = truth.write(build(SMALL), tmp_path / "second")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_another_seed_is_another_world(small):
    other = build(SMALL.model_copy(update={"seed": 1}))
    assert len(other.visits["aozora"]) != len(small.visits["aozora"])


def test_a_brand_more_leaves_the_others_as_they_were(small):
    alone = build(SMALL.model_copy(update={"brands": SMALL.brands[:1]}))
    assert alone.visits["aozora"].tobytes() == small.visits["aozora"].tobytes()
    assert alone.entity_events["aozora"] == small.entity_events["aozora"]
    for account in alone.accounts:
        assert alone.followers(account, END) == small.followers(account, END)


def test_a_shorter_world_is_the_beginning_of_the_longer_one(small):
    short = build(SMALL.model_copy(update={"days": 8}))
    end = datetime(2026, 7, 9, tzinfo=UTC)
    for account in small.accounts:
        posts = [post for post in small.posts[account.native_id] if post.published_at < end]
        assert [p.native_id for p in posts] == [p.native_id for p in short.posts[account.native_id]]
        for long_post, short_post in zip(posts, short.posts[account.native_id], strict=True):
            assert small.post_counters(long_post, end) == short.post_counters(short_post, end)
        for at in midnights(short):
            assert small.followers(account, at) == short.followers(account, at)
            assert small.account_totals(account, at, end) == short.account_totals(account, at, end)
    for brand_id, visits in small.visits.items():
        assert visits[visits["started_at"] < end.timestamp()].tobytes() == short.visits[brand_id].tobytes()
        assert [small.contact_state(c, end) for c in small.contacts[brand_id] if c.created_at < end] == [
            short.contact_state(c, end) for c in short.contacts[brand_id]
        ]
        assert [small.deal_state(d, end) for d in small.deals[brand_id] if d.created_at < end] == [
            short.deal_state(d, end) for d in short.deals[brand_id]
        ]
        assert [e for e in small.entity_events[brand_id] if e.occurred_at < end] == short.entity_events[brand_id]
        assert [s for s in small.surveys[brand_id] if s.responded_at < end] == short.surveys[brand_id]
        assert [t.ticket_id for t in small.tickets[brand_id] if t.opened_at < end] == [
            t.ticket_id for t in short.tickets[brand_id]
        ]


def test_the_first_capture_meets_posts_from_before_the_start(small):
    for posts in small.posts.values():
        assert min(post.published_at for post in posts).date() <= SMALL.start - timedelta(days=12)
        assert [post.published_at for post in posts] == sorted(post.published_at for post in posts)


def test_a_posts_counters_never_fall_and_their_parts_add_up(small):
    for posts in small.posts.values():
        for post in posts:
            captures = [small.post_counters(post, at) for at in midnights(small)]
            for before, after in pairwise(captures):
                assert all(after[name] >= before[name] for name in after)
            last = captures[-1]
            shown = "impressions" if post.account.platform == "x" else "views"
            assert last[f"follower_{shown}"] + last[f"non_follower_{shown}"] == last[f"organic_{shown}"]
            assert last[f"organic_{shown}"] + last[f"promoted_{shown}"] == last[shown]
            assert last["organic_likes"] + last["promoted_likes"] == last["likes"]
            assert last["reach"] <= last[f"organic_{shown}"]


def test_an_accounts_totals_are_the_sum_of_its_posts_increments(small):
    for account in small.accounts:
        posts = small.posts[account.native_id]
        shown = "organic_impressions" if account.platform == "x" else "organic_views"
        for a, b in pairwise(midnights(small)):
            totals = small.account_totals(account, a, b)
            for total, counter in (("views", shown), ("likes", "likes"), ("link_clicks", "link_clicks")):
                more = [small.post_counters(p, b)[counter] - small.post_counters(p, a)[counter] for p in posts]
                assert totals[total] == sum(more)
            assert totals["views_follower"] + totals["views_non_follower"] == totals["views"]
            assert totals["reach_follower"] + totals["reach_non_follower"] == totals["reach"]


def test_the_reach_of_a_week_is_less_than_the_sum_of_its_days(small):
    for account in small.accounts:
        days = midnights(small, 7)
        daily = [small.account_totals(account, a, b) for a, b in pairwise(days)]
        week = small.account_totals(account, days[0], days[-1])
        assert week["views"] == sum(day["views"] for day in daily)
        assert week["reach"] < sum(day["reach"] for day in daily)
        assert all(0 < day["reach"] <= day["views"] for day in daily)
        assert week["accounts_engaged"] < sum(day["accounts_engaged"] for day in daily)


def test_the_follower_level_moves_by_what_was_gained_less_what_was_lost(small):
    for account in small.accounts:
        for a, b in pairwise(midnights(small)):
            gained, lost = small.follows_between(account, a, b)
            assert small.followers(account, b) - small.followers(account, a) == gained - lost
            totals = small.account_totals(account, a, b)
            assert (totals["gained"], totals["lost"]) == (gained, lost)


def test_days_of_any_zone_add_up_to_the_same_hours(small):
    account = small.accounts[0]
    at = datetime(2026, 7, 5, 15, tzinfo=UTC)  # midnight in Tokyo
    before, after = datetime(2026, 7, 5, tzinfo=UTC), datetime(2026, 7, 6, tzinfo=UTC)
    halves = small.account_totals(account, before, at)["views"] + small.account_totals(account, at, after)["views"]
    assert halves == small.account_totals(account, before, after)["views"]


def test_a_story_lives_24_hours_and_some_have_fewer_than_five_viewers(whole):
    stories = [post for posts in whole.posts.values() for post in posts if post.is_story]
    for story in stories:
        assert story.expires_at - story.published_at == timedelta(hours=24)
        at_end = whole.post_counters(story, story.expires_at + timedelta(hours=1))
        assert at_end == whole.post_counters(story, story.expires_at + timedelta(days=20))
    reached = [whole.post_counters(story, story.expires_at)["reach"] for story in stories]
    assert 0 < sum(reach < 5 for reach in reached) < len(stories) / 4


def test_every_format_and_reference_of_both_platforms_occurs(whole):
    posts = [post for posts in whole.posts.values() for post in posts]
    assert {(p.account.platform, p.format) for p in posts} == {
        *(("instagram", name) for name in ("image", "carousel", "reel", "video", "story")),
        *(("x", name) for name in ("text", "photo", "video", "link", "thread")),
    }
    assert {p.referenced_type for p in posts} == {None, "retweeted", "quoted", "replied_to"}
    assert len({p.native_id for p in posts}) == len(posts)


def test_a_retweet_has_no_counters_of_its_own(whole):
    retweets = [post for posts in whole.posts.values() for post in posts if not post.is_own]
    assert [sum(whole.post_counters(post, END).values()) for post in retweets] == [0] * len(retweets)


def test_clicks_become_sessions_with_the_tags_of_the_post(whole):
    brand = whole.brands["aozora"]
    end = datetime(2026, 8, 31, tzinfo=UTC)
    visits = whole.visits["aozora"]
    clicks = sessions = 0
    for account in brand.accounts:
        for post in whole.posts[account.native_id]:
            clicks += whole.post_counters(post, end)["organic_link_clicks"]
            sessions += int(((visits["content"] == post.native_id) & (visits["medium"] == "social")).sum())
    assert clicks > 1500
    assert 0.84 < sessions / clicks < 0.92
    linked = {str(content) for content in np.unique(visits["content"][visits["medium"] == "social"])}
    own = {post.native_id for account in brand.accounts for post in whole.posts[account.native_id]}
    assert linked - own == {"bio"}


def test_a_visit_sees_as_many_pages_as_its_path_names(small):
    visits = small.visits["aozora"]
    assert [len(path.split()) for path in visits["path"].tolist()] == visits["page_views"].tolist()
    assert [path.split()[0] for path in visits["path"].tolist()] == visits["landing_page"].tolist()
    assert set(" ".join(visits["path"].tolist()).split()) <= set(small.brands["aozora"].pages)
    bought = visits[visits["purchases"] > 0]
    assert all("/checkout" in path for path in bought["path"].tolist())
    assert (bought["revenue_cents"] > 0).all()
    assert visits["revenue_cents"].sum() == bought["revenue_cents"].sum()


def test_the_sites_first_day_begins_at_the_brands_midnight(small, tmp_path):
    truth.write(small, tmp_path)
    with (tmp_path / "site_days.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for brand in small.brands.values():
        begin = datetime(2026, 7, 1, tzinfo=brand.tz)
        visits = small.visits[brand.brand_id]
        started = visits["started_at"]
        on_it = visits[(started >= begin.timestamp()) & (started < (begin + timedelta(days=1)).timestamp())]
        ours = [row for row in rows if row["brand_id"] == brand.brand_id]
        told = [row for row in ours if row["day"] == "2026-07-01"]
        assert min(row["day"] for row in ours) == "2026-07-01"
        assert sum(int(row["visits"]) for row in told) == len(on_it)
        pages = " ".join(on_it["path"].tolist()).split()
        assert sum(int(row["purchase_page_views"]) for row in told) == pages.count("/pricing") + pages.count(
            "/checkout"
        )


def test_a_contact_is_created_by_a_form_and_remembers_its_first_address(small):
    for brand_id, contacts in small.contacts.items():
        forms = small.visits[brand_id][small.visits[brand_id]["leads"] > 0]
        submitters = set(forms["visitor"].tolist())
        for contact in contacts:
            assert contact.visitor in submitters
            assert contact.first_visit_at <= contact.submitted_at <= contact.created_at
            assert small.contact_state(contact, contact.created_at - timedelta(seconds=1)) is None
            state = small.contact_state(contact, contact.created_at)
            tags = parse_qs(urlsplit(state["hs_analytics_first_url"]).query)
            if contact.medium in ("social", "paid_social"):
                assert tags["utm_content"] == [contact.content]
            else:
                assert tags == {}


def test_deals_advance_their_contact_and_end_won_or_lost(whole):
    end = datetime(2026, 9, 1, tzinfo=UTC)
    for brand_id, deals in whole.deals.items():
        contacts = {contact.contact_id: contact for contact in whole.contacts[brand_id]}
        won = 0
        for deal in deals:
            state, contact = whole.deal_state(deal, end), whole.contact_state(contacts[deal.contact_id], end)
            is_won = state["hs_is_closed_won"] == "true"
            assert contact["lifecyclestage"] == ("customer" if is_won else "opportunity")
            assert (state["closedate"] is None) == (state["hs_is_closed"] == "false")
            won += is_won
        assert 0.1 < won / len(contacts) < 0.2
        assert len({contact.email for contact in contacts.values()}) == len(contacts)


def test_the_fixture_customers_august_is_the_worked_example(whole):
    def in_august(moment):
        return (moment.year, moment.month) == (2026, 8)

    mine = [e for e in whole.entity_events["aozora"] if e.entity_id == "aozora-c0001" and in_august(e.occurred_at)]
    logins = sorted({e.occurred_at.date() for e in mine if e.event_type == "login"})
    minutes = [e.quantity for e in mine if e.event_type == "session"]
    assert {day.isocalendar().week for day in logins} == {31, 32, 33, 34, 35, 36}
    assert len(logins) == 11
    assert sum(minutes) / len(minutes) == 30
    assert sorted(e.event_type for e in mine if e.event_type.startswith("feature")) == [
        "feature:dashboard", "feature:orders", "feature:reports",
    ]  # fmt: skip
    answers = [s for s in whole.surveys["aozora"] if s.entity_id == "aozora-c0001" and in_august(s.responded_at)]
    assert [answer.score for answer in answers] == [9]
    tickets = [t for t in whole.tickets["aozora"] if t.entity_id == "aozora-c0001"]
    assert [(t.opened_at.date(), t.closed_at) for t in tickets] == [(date(2026, 8, 12), None)]


def test_some_customers_log_in_on_every_day_of_their_brand(whole):
    for brand in whole.brands.values():
        days = {}
        for event in whole.entity_events[brand.brand_id]:
            if event.event_type == "login":
                days.setdefault(event.entity_id, set()).add(event.occurred_at.astimezone(brand.tz).date())
        august = [sum(day.month == 8 for day in seen) for seen in days.values()]
        assert 31 in august
        assert min(august) < 3


def test_a_days_files_hold_its_events_and_tickets_as_known_at_its_end(whole):
    present = datetime(2026, 8, 13, tzinfo=UTC)
    assert exports.files(whole, present) == [
        ("product_events", "product_events-2026-08-12.csv"),
        ("survey_responses", "survey_responses-2026-08-12.csv"),
        ("support_tickets", "support_tickets-2026-08-12.csv"),
    ]
    tickets = exports.content(whole, "support_tickets-2026-08-12.csv").decode().splitlines()
    assert tickets[0] == "ticket_id,entity_id,opened_at,closed_at"
    assert "aozora-c0001-t20260812,aozora-c0001,2026-08-12T08:00:00Z," in tickets
    assert exports.files(whole, datetime(2026, 7, 1, tzinfo=UTC)) == []
    with pytest.raises(KeyError):
        exports.content(whole, "product_events-2026-09-01.csv")


def test_all_files_together_hold_every_event_once(small):
    lines = []
    for at in midnights(small)[1:]:
        for kind, name in exports.files(small, at):
            if kind == "product_events":
                lines += exports.content(small, name).decode().splitlines()[1:]
    assert len(lines) == len(set(lines)) == sum(len(events) for events in small.entity_events.values())


def test_the_truth_names_no_person(small, tmp_path):
    for path in truth.write(small, tmp_path):
        assert "@" not in path.read_text(encoding="utf-8")
