"""Every stream over real HTTP against the rehearsal world, its rows against what the world knows to be true.

The small world lasts from 2026-07-01 to 2026-07-12; unless a test says otherwise the present is a week later, when
all that settles has settled.
"""

import csv
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from connectors import SOURCES
from connectors.errors import QuotaExhausted, SourceUnavailable, TokenRefused
from connectors.personal import scrub
from connectors.streams import Window
from tests.connectors.conftest import KEY, rows, stream_of

END = "2026-07-13"
LATER = "2026-07-20"
DAY = date(2026, 7, 8)
BRANDS = ("aozora", "nordlicht")
# Those of which the small world has accounts.
PRESENT_SOURCES = [source for source in SOURCES if source != "youtube"]


@pytest.fixture
def truth(sandbox):
    def table(name, **chosen):
        with (sandbox.truth / f"{name}.csv").open(encoding="utf-8") as file:
            return [row for row in csv.DictReader(file) if all(row[key] == str(value) for key, value in chosen.items())]

    return table


@pytest.fixture
def faulty(sandbox):
    yield sandbox.faults
    sandbox.faults([])


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize(("source", "stream", "table"), [("instagram", "account", "accounts"), ("x", "user", "users")])
def test_followers_are_those_at_the_midnight_of_the_capture(sandbox, truth, source, stream, table, brand):
    (row,) = sandbox.rows(source, stream, table, brand, END)
    (day,) = truth("account_days", brand_id=brand, platform=source, day_zone="UTC", day="2026-07-12")
    assert row["followers_count"] == int(day["followers_eod"])


def test_account_insights_are_the_settled_sums_of_a_pacific_day_and_its_split(sandbox, truth):
    found = sandbox.rows("instagram", "account_insights", "account_insights", "aozora", LATER, Window(DAY))
    (day,) = truth("account_days", brand_id="aozora", platform="instagram", day_zone="America/Los_Angeles", day=DAY)
    names = ("reach", "views", "accounts_engaged", "total_interactions", "likes", "comments", "saves", "shares")
    names += ("replies", "reposts", "profile_links_taps", "profile_views", "website_clicks")
    split = {
        ("reach", "FOLLOWER"): "reach_follower",
        ("reach", "NON_FOLLOWER"): "reach_non_follower",
        ("views", "FOLLOWER"): "views_follower",
        ("views", "NON_FOLLOWER"): "views_non_follower",
        ("follows_and_unfollows", "FOLLOWER"): "gained",
        ("follows_and_unfollows", "NON_FOLLOWER"): "lost",
    }
    whole = [row for row in found if row["dimension"] in (None, "follow_type")]
    assert {(row["metric"], row["dimension_value"]): row["value"] for row in whole} == {
        **{(name, None): int(day[name]) for name in names},
        **{key: int(day[column]) for key, column in split.items()},
    }
    parts = {None, "follow_type", "media_product_type", "contact_button_type"}
    assert {row["dimension"] for row in found} == parts


def test_the_views_of_a_day_by_surface_are_those_of_its_posts_and_ads_are_apart(sandbox, truth):
    found = sandbox.rows("instagram", "account_insights", "account_insights", "aozora", LATER, Window(DAY))
    (day,) = truth("account_days", brand_id="aozora", platform="instagram", day_zone="America/Los_Angeles", day=DAY)
    views = {
        row["dimension_value"]: row["value"]
        for row in found
        if row["metric"] == "views" and row["dimension"] == "media_product_type"
    }
    assert views.pop("AD") == int(day["promoted_views"])
    assert sum(views.values()) == int(day["views"])
    assert set(views) <= {"POST", "CAROUSEL_CONTAINER", "REEL", "STORY"}


def test_the_audience_by_age_and_gender_keeps_both_keys(sandbox):
    found = sandbox.rows("instagram", "audience", "audience", "aozora", END, Window(date(2026, 7, 13)))
    pairs = [row for row in found if row["dimension"] == "age,gender" and row["metric"] == "follower_demographics"]
    assert len({(row["age"], row["gender"]) for row in pairs}) == len(pairs) == 12
    cities = {row["city"] for row in found if row["dimension"] == "city"}
    assert "Tokyo, Tokyo" in cities
    (profile,) = sandbox.rows("instagram", "account", "accounts", "aozora", END)
    assert 0 < sum(row["value"] for row in pairs) <= profile["followers_count"]


def test_a_reel_tells_its_watch_time_and_a_feed_post_its_follows(sandbox):
    found = sandbox.rows("instagram", "media", "media_insights", "aozora", END)
    media = {row["media_id"]: row for row in sandbox.rows("instagram", "media", "media", "aozora", END)}
    by_metric = {}
    for row in found:
        by_metric.setdefault(row["metric"], set()).add(media[row["media_id"]]["media_product_type"])
    assert by_metric["ig_reels_avg_watch_time"] == by_metric["reels_skip_rate"] == {"REELS"}
    assert by_metric["follows"] == by_metric["profile_visits"] == {"FEED"}
    assert any(row["slide_count"] for row in media.values() if row["media_type"] == "CAROUSEL_ALBUM")


def test_the_reach_of_a_week_is_less_than_the_sum_of_its_days(sandbox, truth):
    (row,) = sandbox.rows("instagram", "period_reach", "period_reach", "aozora", LATER, Window(date(2026, 7, 12)))
    days = truth("account_days", brand_id="aozora", platform="instagram", day_zone="America/Los_Angeles")
    reaches = [int(day["reach"]) for day in days if "2026-07-06" <= day["day"] <= "2026-07-12"]
    assert (row["period_type"], row["period_start"], row["period_end"], row["metric"]) == (
        "week",
        date(2026, 7, 6),
        date(2026, 7, 12),
        "reach",
    )
    assert max(reaches) < row["value"] < sum(reaches)


def test_every_post_of_the_feed_comes_with_its_insights(sandbox, truth):
    media = sandbox.rows("instagram", "media", "media", "aozora", END)
    posts = {
        post["native_post_id"]: post
        for post in truth("posts", brand_id="aozora", platform="instagram")
        if post["surface"] != "story"
    }
    assert {row["media_id"] for row in media} == set(posts)
    for row in media:
        post = posts[row["media_id"]]
        assert (row["media_type"], row["media_product_type"]) == (post["media_type"], post["media_product_type"])
        assert row["published_at"] == datetime.fromisoformat(post["published_at"])
        assert row["like_count"] == int(post["organic_likes"])
        assert row["comments_count"] == int(post["organic_comments"])
    measured = {
        (row["media_id"], row["metric"]): row["value"]
        for row in sandbox.rows("instagram", "media", "media_insights", "aozora", END)
    }
    columns = {"views": "organic_views", "saved": "saves", "shares": "organic_shares"}
    for media_id, post in posts.items():
        assert {name: measured[media_id, name] for name in columns} == {
            name: int(post[column]) for name, column in columns.items()
        }
        assert 0 < measured[media_id, "reach"] <= measured[media_id, "views"]


def test_stories_are_those_of_the_last_day(sandbox, truth):
    present = "2026-07-11"
    stories = [post for post in truth("posts", brand_id="aozora", surface="story") if post["published_at"] < present]
    alive = {post["native_post_id"] for post in stories if post["published_at"] >= "2026-07-10"}
    assert alive
    found = sandbox.rows("instagram", "stories", "stories", "aozora", present)
    assert {row["media_id"] for row in found} == alive
    measured = sandbox.rows("instagram", "stories", "story_insights", "aozora", present)
    assert {row["metric"] for row in measured} >= {"reach", "views", "replies", "navigation", "profile_visits"}


def test_the_timeline_comes_with_public_and_private_figures(sandbox, truth):
    found = {row["post_id"]: row for row in sandbox.rows("x", "posts", "posts", "nordlicht", END)}
    posts = {post["native_post_id"]: post for post in truth("posts", brand_id="nordlicht", platform="x")}
    assert set(found) == set(posts)
    for post_id, post in posts.items():
        row = found[post_id]
        assert row["created_at"] == datetime.fromisoformat(post["published_at"]).replace(microsecond=0)
        assert row["referenced_type"] == (post["referenced_type"] or None)
        if row["referenced_type"] == "retweeted":
            continue
        assert row["public_impression_count"] == int(post["impressions"])
        assert row["organic_impression_count"] == int(post["organic_impressions"])
        assert row["public_like_count"] == int(post["likes"])
        assert row["organic_like_count"] == int(post["organic_likes"])
        if post["link_url"]:
            assert row["link_url"] == post["link_url"]
            assert row["non_public_url_link_clicks"] == int(post["link_clicks"])
    refusals = sandbox.rows("x", "posts", "post_refusals", "nordlicht", END)
    assert {refusal["title"] for refusal in refusals} == {"Disallowed Resource"}


def test_a_day_of_the_site_adds_up_to_its_totals(sandbox, truth):
    days = truth("site_days", brand_id="aozora", day=DAY)
    window = Window(DAY)
    (totals,) = sandbox.rows("ga4", "daily_reports", "totals", "aozora", LATER, window)
    traffic = sandbox.rows("ga4", "daily_reports", "traffic", "aozora", LATER, window)
    events = sandbox.rows("ga4", "daily_reports", "key_events", "aozora", LATER, window)
    paths = sandbox.rows("ga4", "daily_reports", "pages", "aozora", LATER, window)

    def true(column):
        return sum(int(row[column]) for row in days)

    assert (totals["date"], totals["currency"], totals["property_zone"]) == (DAY, "JPY", "Asia/Tokyo")
    assert totals["sessions"] == sum(row["sessions"] for row in traffic) == true("sessions")
    assert totals["engaged_sessions"] == sum(row["engaged_sessions"] for row in traffic) == true("engaged_sessions")
    assert totals["page_views"] == sum(row["page_views"] for row in paths) == true("page_views")
    assert totals["revenue_amount"] == Decimal(true("revenue_cents")) / 100
    assert sum(row["event_count"] for row in events) == true("generate_lead") + true("purchase")
    assert {(row["landing_page"], row["source"], row["content"]) for row in traffic if row["sessions"]} == {
        (row["landing_page"], row["source"], row["content"]) for row in days if int(row["sessions"])
    }


@pytest.mark.parametrize("brand", BRANDS)
def test_the_first_window_brings_every_contact_and_deal(sandbox, truth, brand):
    window = Window(date(2026, 7, 12), is_first=True)
    contacts = sandbox.rows("hubspot", "contacts", "contacts", brand, END, window)
    leads = {lead["contact_id"]: lead for lead in truth("leads", brand_id=brand)}
    assert {row["contact_id"] for row in contacts} == set(leads)
    for row in contacts:
        lead = leads[row["contact_id"]]
        qualified_at = datetime.fromisoformat(lead["qualified_at"]) if lead["qualified_at"] else None
        assert (row["lifecycle_stage"], row["qualified_at"]) == (lead["stage_at_end"], qualified_at)
        assert re.fullmatch("[0-9a-f]{64}", row["person_key"])
    deals = sandbox.rows("hubspot", "deals", "deals", brand, END, window)
    known = {deal["deal_id"]: deal for deal in truth("deals", brand_id=brand)}
    assert {row["deal_id"]: (row["stage"], row["amount"], row["currency"], row["is_won"]) for row in deals} == {
        deal_id: (deal["stage_at_end"], Decimal(deal["amount_at_end"]), deal["currency"], deal["is_won"] == "true")
        for deal_id, deal in known.items()
    }
    links = sandbox.rows("hubspot", "deals", "deal_contacts", brand, END, window)
    assert {(row["deal_id"], row["contact_id"]) for row in links} == {
        (deal_id, deal["contact_id"]) for deal_id, deal in known.items()
    }


def test_days_of_change_together_bring_what_the_first_window_brings(sandbox):
    start = datetime(2026, 7, 1, tzinfo=UTC)
    first = Window(date(2026, 7, 12), is_first=True)
    whole = sandbox.rows("hubspot", "deals", "deals", "nordlicht", END, first)
    recent = {row["deal_id"] for row in whole if row["modified_at"] >= start}
    found = set()
    for day in (start.date() + timedelta(days=number) for number in range(12)):
        present = (day + timedelta(days=1)).isoformat()
        found |= {
            row["deal_id"] for row in sandbox.rows("hubspot", "deals", "deals", "nordlicht", present, Window(day))
        }
    assert found == recent


def test_no_page_holds_a_token_and_no_landed_page_an_address(sandbox):
    for source in PRESENT_SOURCES:
        for stream in (one for one in SOURCES[source].streams if not one.is_optional):
            for page in sandbox.pages(source, stream.name, "aozora", END, Window(date(2026, 7, 12), is_first=True)):
                assert b"canary" not in page.body
                assert "canary" not in page.asked
                landed = scrub(page.body, stream.personal, KEY) if stream.personal else page.body
                assert not re.search(rb"[\w.]+@[\w.]+\.\w+|%40", landed)


@pytest.mark.parametrize(
    ("source", "stream", "calls"),
    [
        ("instagram", "account", 1),
        ("instagram", "account_insights", 4),
        ("instagram", "period_reach", 1),
        ("instagram", "media", 2),
        ("instagram", "stories", 1),
        ("x", "user", 1),
        ("x", "posts", 1),
        ("ga4", "daily_reports", 1),
        ("hubspot", "contacts", 1),
        ("hubspot", "deals", 3),
    ],
)
def test_a_day_of_an_account_takes_so_many_calls(sandbox, source, stream, calls):
    before = sandbox.request_count()
    sandbox.pages(source, stream, "aozora", END, Window(date(2026, 7, 12)))
    assert sandbox.request_count() - before == calls


@pytest.mark.parametrize("what", ["status_500", "status_503", "truncated", "not_json", "html", "down"])
@pytest.mark.parametrize("source", PRESENT_SOURCES)
def test_a_fault_that_passes_costs_no_row(sandbox, faulty, source, what):
    *_, stream = (one for one in SOURCES[source].streams if not one.is_optional)
    window, slept = Window(date(2026, 7, 12)), []

    def found():
        pages = sandbox.pages(source, stream.name, "aozora", END, window, sleep=slept.append)
        return [sorted(rows(stream, table.name, pages), key=str) for table in stream.tables]

    usual = found()
    faulty([{"source": source, "path": "/?*", "what": what, "when": {"nth": 1}}])
    assert found() == usual
    assert slept


def test_of_x_no_money_a_used_up_month_and_a_used_up_window_are_three_things(sandbox, faulty):
    slept = []
    for what, words in (("status_402", "no credits left"), ("usage_capped", "cap on posts read is reached")):
        faulty([{"source": "x", "path": "/2/users/*", "what": what}])
        with pytest.raises(QuotaExhausted, match=words):
            sandbox.pages("x", "posts", "nordlicht", END, sleep=slept.append)
        faulty([])
    assert slept == [], "waiting brings neither money nor another month"
    faulty([{"source": "x", "path": "/2/users/*", "what": "rate_limited", "when": {"nth": 1}}])
    (page,) = sandbox.pages("x", "posts", "nordlicht", END, sleep=slept.append)
    assert page.status == 200
    assert [round(pause) for pause in slept] == [30]


@pytest.mark.parametrize("source", PRESENT_SOURCES)
def test_a_refused_token_is_named_by_its_variable(sandbox, faulty, source):
    faulty([{"source": source, "what": "token_refused"}])
    stream = SOURCES[source].streams[0].name
    with pytest.raises(TokenRefused, match=rf"put a valid one in {source.upper()}_TOKEN_AOZORA\Z"):
        sandbox.pages(source, stream, "aozora", END)


def test_a_source_that_stays_down_ends_the_stream_after_five_tries(sandbox, faulty):
    slept = []
    faulty([{"source": "instagram", "what": "status_503"}])
    with pytest.raises(SourceUnavailable, match="Instagram has trouble of its own"):
        sandbox.pages("instagram", "media", "aozora", END, sleep=slept.append)
    assert len(slept) == 4


def test_streams_have_names_of_their_own():
    for declared in SOURCES.values():
        tables = [table.name for stream in declared.streams for table in stream.tables]
        assert len(tables) == len(set(tables))
        assert [stream_of(declared.name, stream.name) for stream in declared.streams] == list(declared.streams)
