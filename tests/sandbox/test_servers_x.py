"""X API v2: dialects, paging, private metrics and their refusals leaf by leaf."""

from datetime import timedelta

import pytest

from sandbox import scenario
from sandbox.servers.app import Sandbox
from sandbox.servers.wire import Ask
from sandbox.servers.wire import instant as moment
from sandbox.world import build

ME, OTHER = "1500000000000000101", "1500000000000000102"
PRIVATE = "non_public_metrics,organic_metrics,promoted_metrics"
EVERY_GROUP = f"public_metrics,{PRIVATE}"
TYPE = "https://api.x.com/2/problems/"


def timeline(served, at="2026-07-13", token="demo-aozora", user=ME, **params):
    return served.ask("x", f"/2/users/{user}/tweets", at=at, token=token, params=params).json()


def posts(served, at="2026-07-13"):
    found = [post for post in served.world.posts[ME] if post.published_at <= moment(at)]
    return sorted(found, key=lambda post: int(post.native_id), reverse=True)


def one(served, post, at="2026-07-13", token="demo-aozora", **params):
    return served.ask("x", "/2/tweets", at=at, token=token, params={"ids": post.native_id, **params}).json()


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


# ---------- envelope


def test_a_missing_token_is_401(served):
    reply = served.ask("x", "/2/users/me", token=None)
    assert (reply.status_code, reply.json()) == (
        401,
        {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"},
    )


def test_an_unknown_route_is_an_empty_404_without_rate_headers(served):
    reply = served.ask("x", "/2/trends/by/woeid/1")
    assert (reply.status_code, reply.content) == (404, b"")
    assert not [name for name in reply.headers if name.startswith("x-rate-limit")]


def test_analytics_are_for_enterprise_only(served):
    reply = served.ask("x", "/2/tweets/analytics?ids=1")
    assert (reply.status_code, reply.json()["reason"]) == (403, "client-not-enrolled")


def test_an_app_only_token_has_no_me(served):
    reply = served.ask("x", "/2/users/me", token="app-aozora")
    assert (reply.status_code, reply.json()["title"]) == (403, "Unsupported Authentication")


def test_running_out_of_money_is_402(served, fault):
    fault(source="x", what="status_402")
    reply = served.ask("x", "/2/users/me")
    assert (reply.status_code, reply.json()["detail"]) == (402, "credits depleted")


def test_the_limit_counts_down_and_then_refuses_until_the_reset(served):
    replies = [served.ask("x", "/2/users/me", token="counted-aozora", at="2026-07-03") for _ in range(76)]
    assert [int(reply.headers["x-rate-limit-remaining"]) for reply in replies] == [*range(74, -1, -1), 0]
    assert [reply.status_code for reply in replies[-2:]] == [200, 429]
    assert replies[-1].headers["x-rate-limit-limit"] == "75"
    present = int(moment("2026-07-03").timestamp())
    assert present < int(replies[-1].headers["x-rate-limit-reset"]) <= present + 901
    assert served.ask("x", "/2/users/me", token="counted-aozora", at="2026-07-04").status_code == 200


@pytest.mark.parametrize(
    ("path", "name", "fault"),
    [
        (f"/2/users/{ME}/tweets?max_results=4", "max_results", "[4] is not between 5 and 100"),
        (f"/2/users/{ME}/tweets?max_results=101", "max_results", "[101] is not between 5 and 100"),
        (f"/2/users/{ME}/tweets?pagination_token=x", "pagination_token", "[x] is not valid"),
        ("/2/tweets?ids=abc", "ids", "[abc] is not valid"),
        ("/2/users/by?usernames=aozora.coffee", "usernames", "[aozora.coffee] is not valid"),
    ],
)
def test_a_parameter_out_of_bounds_is_400_by_name(served, path, name, fault):
    reply = served.ask("x", path)
    assert reply.status_code == 400
    value = path.rpartition("=")[2]
    assert reply.json() == {
        "errors": [
            {"parameters": {name: [value]}, "message": f"The `{name}` query parameter value {fault}"},
        ],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": TYPE + "invalid-request",
    }


def test_a_field_of_the_other_dialect_is_400(served):
    assert served.ask("x", f"/2/users/{ME}/tweets?tweet.fields=note_post").status_code == 400
    assert served.ask("x", f"/2/users/{ME}/tweets?post.fields=note_tweet").status_code == 400


# ---------- users


def test_users_are_found_by_name_and_the_missing_are_told_beside_them(served):
    reply = served.ask("x", "/2/users/by?usernames=aozora_coffee,nobody&user.fields=public_metrics,protected")
    node = next(account for account in served.world.accounts if account.native_id == ME)
    visible = posts(served)
    followers = served.world.followers(node, moment("2026-07-13"))
    metrics = {
        "followers_count": followers,
        "following_count": 180,
        "tweet_count": len(visible),
        "listed_count": followers // 180,
        "like_count": 540,
        "media_count": sum(post.media_count for post in visible),
    }
    user = {
        "id": ME,
        "name": "Aozora Coffee",
        "username": "aozora_coffee",
        "protected": False,
        "public_metrics": metrics,
    }
    assert reply.json() == {
        "data": [user],
        "errors": [
            {
                "value": "nobody",
                "detail": "Could not find user with usernames: [nobody].",
                "title": "Not Found Error",
                "resource_type": "user",
                "parameter": "usernames",
                "resource_id": "nobody",
                "type": TYPE + "resource-not-found",
            }
        ],
    }


def test_me_is_the_account_that_the_token_names(served):
    assert served.ask("x", "/2/users/me", token="demo-nordlicht").json() == {
        "data": {"id": OTHER, "name": "Nordlicht Outdoor", "username": "nordlicht_out"}
    }


# ---------- timelines


def test_a_timeline_pages_newest_first_and_the_last_page_has_no_next_token(served):
    found, token, pages = [], {}, []
    while token is not None:
        page = timeline(served, max_results=10, **token)
        pages.append(page)
        found += [post["id"] for post in page["data"]]
        token = {"pagination_token": page["meta"]["next_token"]} if "next_token" in page["meta"] else None
    assert found == [post.native_id for post in posts(served)]
    assert [page["meta"]["result_count"] for page in pages[:-1]] == [10] * (len(pages) - 1)
    assert ("previous_token" in pages[0]["meta"], "next_token" in pages[-1]["meta"]) == (False, False)
    back = timeline(served, max_results=10, pagination_token=pages[1]["meta"]["previous_token"])
    assert back["data"] == pages[0]["data"]


def test_an_empty_timeline_has_no_data_key(served):
    assert timeline(served, start_time="2026-07-12T23:59:58Z", end_time="2026-07-12T23:59:59Z") == {
        "meta": {"result_count": 0}
    }


def test_a_timeline_can_leave_out_replies_and_retweets_and_begin_at_a_time(served):
    wanted = [
        post.native_id
        for post in posts(served)
        if post.referenced_type not in ("retweeted", "replied_to") and post.published_at >= moment("2026-07-04")
    ]
    page = timeline(served, max_results=100, exclude="retweets,replies", start_time="2026-07-04T00:00:00Z")
    assert [post["id"] for post in page["data"]] == wanted


def test_nothing_from_the_future_is_on_a_timeline(served):
    at = "2026-07-05T12:00:00Z"
    page = timeline(served, at=at, max_results=100)
    expected = [post.native_id for post in posts(served) if post.published_at <= moment("2026-07-05T12:00")]
    assert [post["id"] for post in page["data"]] == expected


# ---------- posts and dialects


def test_a_post_has_id_text_and_history_unless_more_is_asked(served):
    post = next(post for post in posts(served) if post.format == "photo")
    assert one(served, post) == {
        "data": [{"id": post.native_id, "text": post.text, "edit_history_tweet_ids": [post.native_id]}],
        "meta": {"result_count": 1},
    }


def test_absent_is_left_out_and_never_null(served):
    post = next(
        post for post in posts(served) if post.format == "text" and post.referenced_id is None and not post.hashtags
    )
    fields = "attachments,entities,referenced_tweets,in_reply_to_user_id,note_tweet,source,created_at"
    (found,) = one(served, post, **{"tweet.fields": fields})["data"]
    assert set(found) == {"id", "text", "edit_history_tweet_ids", "created_at"}
    assert found["created_at"] == f"{post.published_at:%Y-%m-%dT%H:%M:%S}.000Z"


def test_the_new_dialect_answers_in_its_own_names(served):
    post = next(p for found in served.world.posts.values() for p in found if p.referenced_type == "replied_to")
    token = f"user-{post.account.native_id}"
    asked = {"post.fields": "public_metrics,organic_metrics", "expansions": "referenced_posts,author_id"}
    (found,) = one(served, post, token=token, **asked)["data"]
    assert set(found["public_metrics"]) == {
        "repost_count", "reply_count", "like_count", "quote_count", "bookmark_count", "impression_count",
    }  # fmt: skip
    assert "repost_count" in found["organic_metrics"]
    assert found["edit_history_post_ids"] == [post.native_id]
    assert found["referenced_posts"] == [{"type": "replied_to", "id": post.referenced_id}]
    assert found["author_id"] == post.account.native_id


def test_a_link_is_shortened_in_the_text_and_whole_in_the_entities(served):
    post = next(post for post in posts(served) if post.link_url)
    (found,) = one(served, post, **{"tweet.fields": "entities"})["data"]
    (url,) = found["entities"]["urls"]
    assert url["expanded_url"] == post.link_url
    assert found["text"][url["start"] : url["end"]] == url["url"]
    assert post.link_url not in found["text"]


def test_media_come_through_the_right_expansion_only(served):
    post = next(post for post in posts(served) if post.format == "video")
    asked = {"tweet.fields": "attachments", "media.fields": "type,public_metrics"}
    right = one(served, post, expansions="attachments.media_keys", **asked)
    (media,) = right["includes"]["media"]
    assert right["data"][0]["attachments"] == {"media_keys": [media["media_key"]]}
    assert (media["type"], set(media)) == ("video", {"media_key", "type", "public_metrics"})
    assert "includes" not in one(served, post, expansions="attachments.media_ids", **asked)


def test_a_missing_post_is_told_in_a_200(served):
    answer = served.ask("x", "/2/tweets?ids=1").json()
    assert answer == {
        "errors": [
            {
                "value": "1",
                "detail": "Could not find tweet with ids: [1].",
                "title": "Not Found Error",
                "resource_type": "tweet",
                "parameter": "ids",
                "resource_id": "1",
                "type": TYPE + "resource-not-found",
            }
        ],
        "meta": {"result_count": 0},
    }


# ---------- private metrics


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
