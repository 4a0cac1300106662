"""Every kind of incident changes what it should, against the same world without it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox import truth
from sandbox.scenario import INCIDENT_SIZES, SCENARIOS, Incident, load
from sandbox.world import build

SMALL = load(SCENARIOS / "small.yml")
PLAIN = SMALL.model_copy(update={"brands": SMALL.brands[:1], "incidents": ()})
INSTAGRAM, X = "17841400000000101", "1500000000000000101"
FIRST, LAST = datetime(2026, 7, 6, tzinfo=UTC), datetime(2026, 7, 9, tzinfo=UTC)
END = datetime(2026, 7, 13, tzinfo=UTC)


@pytest.fixture(scope="module")
def plain():
    return build(PLAIN)


def struck(kind, account, size=None, days=3):
    incident = Incident(kind=kind, account=account, start=FIRST.date(), days=days, size=size)
    return build(PLAIN.model_copy(update={"incidents": (incident,)}))


def totals(world, native_id, a=FIRST, b=LAST):
    return world.account_totals(world.lives[native_id].account, a, b)


def test_a_viral_incident_multiplies_the_views_of_one_post(plain):
    world = struck("viral", INSTAGRAM, 20, days=1)
    (planted,) = world.planted
    before = {post.native_id: plain.post_counters(post, END)["organic_views"] for post in plain.posts[INSTAGRAM]}
    after = {post.native_id: world.post_counters(post, END)["organic_views"] for post in world.posts[INSTAGRAM]}
    assert 15 < after[planted.post_id] / before[planted.post_id] < 25
    older = [post.native_id for post in plain.posts[INSTAGRAM] if post.published_at < FIRST]
    assert [after[native_id] for native_id in older] == [before[native_id] for native_id in older]


def test_a_volume_incident_thins_out_the_posts_and_leaves_each_as_good(plain):
    world = struck("volume", X, 0.0)

    def published(one):
        return [p.native_id for p in one.posts[X] if FIRST <= p.published_at < LAST]

    assert published(world) == []
    assert len(published(plain)) >= 3
    twice = struck("volume", X, 2.0)
    assert set(published(plain)) < set(published(twice))


def test_a_platform_incident_lowers_the_views_of_every_account_there(plain):
    world = struck("platform", "instagram", 0.5)
    assert 0.42 < totals(world, INSTAGRAM)["views"] / totals(plain, INSTAGRAM)["views"] < 0.58
    assert totals(world, X)["views"] == totals(plain, X)["views"]
    assert totals(world, INSTAGRAM, FIRST - timedelta(days=3), FIRST) == totals(
        plain, INSTAGRAM, FIRST - timedelta(days=3), FIRST
    )


def test_an_access_incident_protects_the_account_follows_strangers_and_lowers_views(plain):
    world = struck("access", X, 0.4)
    account = world.lives[X].account
    assert [world.is_protected(account, at) for at in (FIRST - timedelta(hours=1), FIRST, LAST)] == [False, True, False]
    assert world.following(account, LAST) - plain.following(account, LAST) == 640
    assert totals(world, X)["views"] < 0.5 * totals(plain, X)["views"]


def test_an_ads_stop_takes_away_the_promoted_part_only(plain):
    runs = struck("ads_stop", X).lives[X].promoted_content
    flight = [date.fromordinal(day) for day in sorted(runs)]
    incident = Incident(kind="ads_stop", account=X, start=flight[0], days=30)
    incident_world = build(PLAIN.model_copy(update={"incidents": (incident,)}))
    begin = datetime.combine(flight[0], datetime.min.time(), UTC)
    assert totals(plain, X, begin, END)["promoted_views"] > 5_000
    assert totals(incident_world, X, begin, END)["promoted_views"] == 0
    ratio = totals(incident_world, X, begin, END)["views"] / totals(plain, X, begin, END)["views"]
    assert 0.97 < ratio <= 1.03


def test_a_follower_burst_brings_idle_followers_that_do_not_look(plain):
    world = struck("follower_burst", INSTAGRAM, 6_000)
    account = world.lives[INSTAGRAM].account
    gained, _ = world.follows_between(account, FIRST, LAST)
    usual, _ = plain.follows_between(account, FIRST, LAST)
    assert abs(gained - usual - 6_000) < 40  # the visits of their profile visitors differ a little
    ratio = totals(world, INSTAGRAM, LAST, END)["views"] / totals(plain, INSTAGRAM, LAST, END)["views"]
    assert 0.95 < ratio < 1.05


def test_a_tracking_outage_hides_sessions_but_not_visits_nor_leads(plain):
    world = struck("tracking_outage", "aozora", 1.0)
    sessions = world.sessions["aozora"]
    within = (sessions["started_at"] >= FIRST.timestamp()) & (sessions["started_at"] < LAST.timestamp())
    assert within.sum() == 0
    assert len(world.visits["aozora"]) == len(plain.visits["aozora"])
    assert [c.created_at for c in world.contacts["aozora"]] == [c.created_at for c in plain.contacts["aozora"]]


def test_a_broken_landing_page_keeps_the_clicks_and_loses_the_rest(plain):
    world = struck("landing_broken", "aozora", 1.0)
    assert totals(world, X)["link_clicks"] == totals(plain, X)["link_clicks"]
    visits = world.sessions["aozora"]
    within = (visits["started_at"] >= FIRST.timestamp()) & (visits["started_at"] < LAST.timestamp())
    social = visits[within & ((visits["medium"] == "social") | (visits["medium"] == "paid_social"))]
    assert len(social) > 100
    assert {name: int(social[name].sum()) for name in ("engaged", "leads", "purchases")} == {
        "engaged": 0, "leads": 0, "purchases": 0,
    }  # fmt: skip
    assert social["page_views"].tolist() == [1] * len(social)


def test_a_settling_delay_holds_back_a_sources_figures_for_its_hours():
    world = struck("settling_delay", INSTAGRAM, 36)
    asked = [FIRST - timedelta(hours=1), FIRST + timedelta(hours=10), FIRST + timedelta(hours=60), LAST]
    assert [world.settled_until(INSTAGRAM, at) for at in asked] == [
        FIRST - timedelta(hours=1), FIRST, FIRST + timedelta(hours=24), LAST,
    ]  # fmt: skip
    assert world.settled_until(X, asked[2]) == asked[2]


def test_a_definition_break_counts_the_same_people_differently(plain):
    world = struck("definition_break", INSTAGRAM, 1.5)
    before, after = totals(plain, INSTAGRAM), totals(world, INSTAGRAM)
    assert 1.4 < after["views"] / before["views"] < 1.5
    assert (after["likes"], after["reach"], after["gained"]) == (before["likes"], before["reach"], before["gained"])
    assert totals(world, INSTAGRAM, LAST, END) == totals(plain, INSTAGRAM, LAST, END)


def test_a_world_without_incidents_says_so_under_a_header(plain, tmp_path):
    truth.write(plain, tmp_path)
    rows = (tmp_path / "incidents.csv").read_text(encoding="utf-8").splitlines()
    assert rows == ["kind,account,start,days,size,brand_id,native_id,post_id,end"]


def test_every_planted_incident_is_in_the_truth(tmp_path):
    incidents = tuple(
        Incident(kind=kind, account=INSTAGRAM, start=FIRST.date(), days=1) for kind in sorted(INCIDENT_SIZES)
    )
    truth.write(build(PLAIN.model_copy(update={"incidents": incidents})), tmp_path)
    rows = (tmp_path / "incidents.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == sorted(INCIDENT_SIZES)
