"""X API v2: tokens, money, limits, parameters and users."""

import pytest

from sandbox.servers.wire import instant as moment
from tests.sandbox.x_asked import ME, OTHER, TYPE, posts


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
