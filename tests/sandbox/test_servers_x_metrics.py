"""X API v2: private metrics and their refusals, leaf by leaf."""

from datetime import timedelta

import pytest

from sandbox import scenario
from sandbox.servers.app import Sandbox
from sandbox.servers.wire import Ask
from sandbox.servers.wire import instant as moment
from sandbox.world import build
from tests.sandbox.x_asked import ME, TYPE, one, posts

PRIVATE = "non_public_metrics,organic_metrics,promoted_metrics"
EVERY_GROUP = f"public_metrics,{PRIVATE}"


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_author_reads_every_group_of_a_promoted_post(served):
    post = next(p for p in posts(served) if served.world.post_counters(p, moment("2026-07-13"))["promoted_impressions"])
    answer = one(served, post, **{"tweet.fields": EVERY_GROUP})
    counters = served.world.post_counters(post, moment("2026-07-13"))
    (found,) = answer["data"]
    assert "errors" not in answer
    clicks = {"url_link_clicks": counters["link_clicks"]} if post.link_url else {}
    assert found["non_public_metrics"] == {
        "impression_count": counters["impressions"],
        "engagements": counters["engagements"],
        "user_profile_clicks": counters["profile_visits"],
        **clicks,
    }
    assert found["promoted_metrics"]["impression_count"] == counters["promoted_impressions"]
    assert found["public_metrics"]["like_count"] == (
        found["organic_metrics"]["like_count"] + found["promoted_metrics"]["like_count"]
    )


@pytest.mark.parametrize(("is_linked", "leaves"), [(False, 5), (True, 6)])
def test_a_post_that_was_not_promoted_is_refused_per_leaf_in_a_200(served, is_linked, leaves):
    post = next(
        p
        for p in posts(served)
        if bool(p.link_url) == is_linked
        and p.referenced_type is None
        and not served.world.post_counters(p, moment("2026-07-13"))["promoted_impressions"]
    )
    answer = one(served, post, **{"tweet.fields": EVERY_GROUP})
    assert len(answer["errors"]) == leaves
    assert answer["errors"][0] == {
        "resource_id": post.native_id,
        "resource_type": "tweet",
        "section": "data",
        "title": "Disallowed Resource",
        "detail": "The field `promoted_metrics.impression_count` cannot be queried for Tweets that have not been "
        "promoted.",
        "type": TYPE + "disallowed-resource",
    }
    assert "promoted_metrics" not in answer["data"][0]
    assert "organic_metrics" in answer["data"][0]


def test_a_post_without_a_link_omits_url_link_clicks_which_is_not_zero(served):
    plain = next(post for post in posts(served) if post.format == "photo")
    linked = next(post for post in posts(served) if post.link_url)
    fields = {"tweet.fields": "non_public_metrics,organic_metrics"}
    for group in ("non_public_metrics", "organic_metrics"):
        assert "url_link_clicks" not in one(served, plain, **fields)["data"][0][group]
        assert "url_link_clicks" in one(served, linked, **fields)["data"][0][group]


def test_a_post_older_than_30_days_is_refused_with_16_leaves_and_keeps_its_public_metrics(served):
    post = posts(served)[0]
    inside, outside = (stamp(post.published_at + timedelta(days=30, seconds=more)) for more in (0, 1))
    assert len(one(served, post, at=inside, **{"tweet.fields": "organic_metrics"})["data"][0]["organic_metrics"]) >= 5
    answer = one(served, post, at=outside, **{"tweet.fields": EVERY_GROUP})
    assert len(answer["errors"]) == 16
    assert all(e["detail"].endswith("cannot be queried for Tweets older than 30 days.") for e in answer["errors"])
    assert set(answer["data"][0]) == {"id", "text", "edit_history_tweet_ids", "public_metrics"}


def test_a_retweet_never_carries_private_metrics_and_shows_the_originals_reposts_alone(served):
    post = next(p for found in served.world.posts.values() for p in found if p.referenced_type == "retweeted")
    token = f"user-{post.account.native_id}"
    answer = one(served, post, token=token, **{"tweet.fields": EVERY_GROUP})
    assert len(answer["errors"]) == 16
    assert all(error["detail"].endswith("cannot be queried for Retweets.") for error in answer["errors"])
    metrics = answer["data"][0]["public_metrics"]
    assert metrics.pop("retweet_count") > 0
    assert set(metrics.values()) == {0}


@pytest.mark.parametrize("token", ["app-aozora", "demo-nordlicht"])
def test_private_metrics_of_anothers_post_drop_the_post(served, token):
    post = next(post for post in posts(served) if post.format == "photo")
    answer = one(served, post, token=token, **{"tweet.fields": EVERY_GROUP})
    assert answer["meta"] == {"result_count": 0}
    assert "data" not in answer
    assert len(answer["errors"]) == 16
    assert answer["errors"][0]["field"] == "non_public_metrics.impression_count"
    assert {error["type"] for error in answer["errors"]} == {TYPE + "not-authorized-for-field"}
    assert len(one(served, post, token=token, **{"tweet.fields": "public_metrics"})["data"]) == 1


def test_a_token_that_no_account_declared_is_401_where_every_account_declares_one(tiny):
    statuses = [
        tiny.ask("x", "/2/users/902", token=token, at="2026-07-01").status_code for token in ("x-canary", "any")
    ]
    assert statuses == [200, 401]


def test_a_protected_account_hides_its_posts_from_everybody_else():
    small = scenario.load(scenario.SCENARIOS / "small.yml")
    access = scenario.Incident(kind="access", account=ME, start="2026-07-10")
    source = Sandbox(build(small.model_copy(update={"incidents": (access,)}))).sources["x"]

    def answer(token):
        path = f"2/users/{ME}/tweets"
        return source.answer(
            Ask("GET", path, {"user.fields": "protected"}, b"", token, moment("2026-07-10T12:00"), "")
        ).body

    assert answer("demo-aozora")["meta"]["result_count"] == 10
    (error,) = answer("demo-nordlicht")["errors"]
    assert (error["title"], error["type"]) == ("Authorization Error", TYPE + "not-authorized-for-resource")
