"""Instagram Graph API: what the reference says, trap by trap."""

import json
from datetime import timedelta

import pytest

from sandbox.servers.wire import instant as moment

ME = "17841400000000101"
UNSUPPORTED = "(#100) The Media Insights API does not support the {} metric for this media product type."
DAY_START, DAY_END = 1783321200, 1783407600  # 2026-07-06 in US Pacific: 07:00Z to 07:00Z
TOTALS = {"period": "day", "metric_type": "total_value", "since": DAY_START, "until": DAY_END}


def refusal(reply):
    assert reply.status_code == 400
    return reply.json()["error"]


def insights(served, at="2026-07-13", **params):
    return served.ask("instagram", f"/v26.0/{ME}/insights", at=at, params=params)


def total(served, metric, at):
    (entry,) = insights(served, at=at, metric=metric, **TOTALS).json()["data"]
    return entry["total_value"]["value"]


def posts(served, at="2026-07-13", is_story=False):
    found = [post for post in served.world.posts[ME] if post.published_at <= moment(at) and post.is_story == is_story]
    return sorted(found, key=lambda post: (post.published_at, int(post.native_id)), reverse=True)


# ---------- token, version, path


@pytest.mark.parametrize("path", [f"/v26.0/{ME}", f"/v19.0/{ME}", "/v26.0/1"])
def test_a_missing_token_is_told_before_anything_else(served, path):
    assert refusal(served.ask("instagram", path, token=None))["code"] == 190


def test_a_token_that_the_account_did_not_declare_is_error_190(tiny):
    assert refusal(tiny.ask("instagram", "/v26.0/901", token="another", at="2026-07-03"))["code"] == 190
    assert tiny.ask("instagram", "/v26.0/901", token="ig-canary", at="2026-07-03").json() == {"id": "901"}


@pytest.mark.parametrize(("version", "code"), [("v20.0", 2635), ("v27.0", 2500)])
def test_a_version_that_is_not_alive_is_refused(served, version, code):
    assert refusal(served.ask("instagram", f"/{version}/{ME}"))["code"] == code


@pytest.mark.parametrize("version", ["v22.0", "v23.0", "v24.0", "v25.0", "v26.0"])
def test_versions_22_to_26_answer(served, version):
    assert served.ask("instagram", f"/{version}/{ME}").json() == {"id": ME}


def test_an_unknown_object_is_100_with_subcode_33(served):
    error = refusal(served.ask("instagram", "/v26.0/18000000000000000"))
    assert (error["code"], error["error_subcode"], error["type"]) == (100, 33, "GraphMethodException")


@pytest.mark.parametrize("name", ["ids", "date_format"])
def test_what_version_26_removed_is_refused_in_every_version(served, name):
    assert refusal(served.ask("instagram", f"/v24.0/?{name}=a"))["code"] == 100


def batch(served, parts):
    asked = [{"method": "GET", "relative_url": part} for part in parts]
    return served.ask("instagram", "/v26.0/", method="POST", data={"batch": json.dumps(asked)})


def test_a_batch_answers_each_question_for_itself(served):
    told = batch(served, [f"{ME}?fields=username", "1?fields=id", f"{ME}?fields=fans"]).json()
    assert [part["code"] for part in told] == [200, 400, 400]
    assert json.loads(told[0]["body"]) == {"username": "aozora.coffee", "id": ME}


def test_a_batch_of_more_than_fifty_is_refused(served):
    assert refusal(batch(served, [ME] * 51))["type"] == "GraphBatchException"


# ---------- account


def test_the_account_has_the_fields_asked_for_and_its_id(served):
    reply = served.ask("instagram", f"/v26.0/{ME}?fields=username,name,followers_count,follows_count,media_count")
    node = next(account for account in served.world.accounts if account.native_id == ME)
    assert reply.json() == {
        "username": "aozora.coffee",
        "name": "Aozora Coffee",
        "followers_count": served.world.followers(node, moment("2026-07-13")),
        "follows_count": 180,
        "media_count": len(posts(served)),
        "id": ME,
    }


def test_one_unknown_field_fails_the_whole_call(served):
    error = refusal(served.ask("instagram", f"/v26.0/{ME}?fields=username,fans"))
    assert error["message"] == "(#100) Tried accessing nonexisting field (fans) on node type (IGUser)"


def test_usage_is_told_in_percent_in_two_headers(served):
    headers = served.ask("instagram", f"/v26.0/{ME}").headers
    assert set(json.loads(headers["X-App-Usage"])) == {"call_count", "total_time", "total_cputime"}
    (usage,) = json.loads(headers["X-Business-Use-Case-Usage"])[ME]
    assert (usage["type"], usage["estimated_time_to_regain_access"]) == ("instagram", 0)


# ---------- account insights: validation


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"metric": "views", "period": "day"},
            "(#100) The following metrics (views) should be specified with parameter metric_type=total_value",
        ),
        (
            {"metric": "reach,views,likes", "period": "day"},
            "(#100) The following metrics (views, likes) should be specified with parameter metric_type=total_value",
        ),
        (
            {"metric": "follower_count", "period": "day", "metric_type": "total_value"},
            "(#100) The following metric (follower_count) is incompatible with the metric type (total_value)",
        ),
        (
            {"metric": "views", "period": "week", "metric_type": "total_value"},
            "(#100) The following metric (views) is incompatible with the period (week)",
        ),
        (
            {"metric": "likes", "period": "day", "metric_type": "total_value", "breakdown": "follow_type"},
            "An unknown error has occurred.",
        ),
        (
            {"metric": "reach", "period": "day", "since": 1783000000, "until": 1783000000 + 2592001},
            "(#100) There cannot be more than 30 days (2592000 s) between since and until",
        ),
        (
            {"metric": "follower_count", "period": "day", "since": "2026-05-01", "until": "2026-05-10"},
            "(#100) (follower_count) metric only supports querying data for the last 30 days excluding the current day",
        ),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused_with_the_rule(served, params, message):
    error = refusal(insights(served, **params))
    assert (error["message"], error["code"]) == (message, 100)


def test_one_bad_metric_fails_the_whole_request_and_names_every_good_one(served):
    error = refusal(insights(served, metric="reach,impressions", period="day"))
    assert error["message"].startswith(
        "(#100) metric[1] must be one of the following values: reach, follower_count, website_clicks, profile_views,"
    )
    assert error["message"].endswith("threads_clicks, threads_reposts")


# ---------- account insights: figures


def test_a_settled_total_is_the_worlds_own(served):
    node = next(account for account in served.world.accounts if account.native_id == ME)
    totals = served.world.account_totals(node, moment("2026-07-06T07:00"), moment("2026-07-07T07:00"))
    names = ("reach", "views", "likes", "comments", "shares", "saves", "reposts", "total_interactions", "profile_views")
    data = insights(served, metric=",".join(names), **TOTALS).json()["data"]
    assert {entry["name"]: entry["total_value"] for entry in data} == {name: {"value": totals[name]} for name in names}
    assert data[1] == {
        "name": "views",
        "period": "day",
        "title": "Views",
        "description": "Views of the account in the time asked for.",
        "id": f"{ME}/insights/views/day",
        "total_value": {"value": totals["views"]},
    }


def test_a_day_settles_upward_within_48_hours_after_its_end(served):
    final = total(served, "views", "2026-07-13")
    while_open = total(served, "views", "2026-07-07")
    at_the_end = total(served, "views", "2026-07-07T07:00:00Z")
    after_a_day = total(served, "views", "2026-07-08T07:00:00Z")
    after_two = total(served, "views", "2026-07-09T07:00:00Z")
    assert while_open < at_the_end
    assert at_the_end == final - (final - final * 92 // 100)
    assert after_a_day == final - (final - final * 98 // 100)
    assert after_two == final


def test_a_settling_delay_holds_figures_back_and_what_is_held_back_is_absent(tiny):
    # Twelve hours behind on the 2nd: at 18:00 nothing after 06:00 is told, and the Pacific day began at 07:00.
    since = int(moment("2026-07-02T07:00").timestamp())
    params = {**TOTALS, "metric": "views", "since": since, "until": since + 86400}

    def ask(at):
        return tiny.ask("instagram", "/v26.0/901/insights", at=at, token="ig-canary", params=params).json()["data"]

    assert ask("2026-07-02T18:00:00Z") == []
    assert len(ask("2026-07-03T00:00:00Z")) == 1


def test_a_breakdown_gives_the_sides_and_their_sum(served):
    (entry,) = insights(served, metric="reach", breakdown="follow_type", **TOTALS).json()["data"]
    (breakdown,) = entry["total_value"]["breakdowns"]
    assert breakdown["dimension_keys"] == ["follow_type"]
    values = {result["dimension_values"][0]: result["value"] for result in breakdown["results"]}
    assert set(values) == {"FOLLOWER", "NON_FOLLOWER"}
    assert sum(values.values()) == entry["total_value"]["value"] == total(served, "reach", "2026-07-13")


def test_follows_and_unfollows_are_published_a_day_or_two_late_and_until_then_have_no_results_key(served):
    asked = {"metric": "follows_and_unfollows", "breakdown": "follow_type", **TOTALS}
    node = next(account for account in served.world.accounts if account.native_id == ME)
    gained, lost = served.world.follows_between(node, moment("2026-07-06T07:00"), moment("2026-07-07T07:00"))
    (early,) = insights(served, at="2026-07-08T06:00:00Z", **asked).json()["data"]
    (late,) = insights(served, at="2026-07-09T07:00:00Z", **asked).json()["data"]
    assert early["total_value"] == {"breakdowns": [{"dimension_keys": ["follow_type"]}]}
    results = [
        {"dimension_values": ["FOLLOWER"], "value": gained},
        {"dimension_values": ["NON_FOLLOWER"], "value": lost},
    ]
    assert late["total_value"] == {"breakdowns": [{"dimension_keys": ["follow_type"], "results": results}]}


def test_follows_and_unfollows_without_a_breakdown_have_no_total(served):
    (entry,) = insights(served, metric="follows_and_unfollows", **TOTALS).json()["data"]
    assert "total_value" not in entry


def test_below_100_followers_the_follower_metrics_are_absent_and_others_are_not(tiny):
    params = {**TOTALS, "metric": "follows_and_unfollows", "since": 1782889200, "until": 1782975600}
    answer = tiny.ask("instagram", "/v26.0/901/insights", at="2026-07-03", token="ig-canary", params=params)
    assert answer.json()["data"] == []
    params["metric"] = "reach,follows_and_unfollows"
    answer = tiny.ask("instagram", "/v26.0/901/insights", at="2026-07-03", token="ig-canary", params=params)
    assert [entry["name"] for entry in answer.json()["data"]] == ["reach"]


def test_a_reach_series_is_labelled_with_the_pacific_midnight_that_ends_each_day(served):
    params = {"metric": "reach", "period": "day", "since": "2026-07-04T07:00:00Z", "until": "2026-07-06T07:00:00Z"}
    (entry,) = insights(served, **params).json()["data"]
    node = next(account for account in served.world.accounts if account.native_id == ME)
    edges = [moment(f"2026-07-0{day}T07:00") for day in (4, 5, 6)]
    assert entry["values"] == [
        {
            "value": served.world.account_totals(node, edges[0], edges[1])["reach"],
            "end_time": "2026-07-05T07:00:00+0000",
        },
        {
            "value": served.world.account_totals(node, edges[1], edges[2])["reach"],
            "end_time": "2026-07-06T07:00:00+0000",
        },
    ]
    assert "total_value" not in entry


def test_nothing_from_the_future_is_visible_and_no_data_is_an_empty_list_not_zero(served):
    assert insights(served, at="2026-07-06T07:00:00Z", metric="views,reach", **TOTALS).json()["data"] == []


def test_insights_paging_shifts_the_span_and_never_ends(served):
    paging = insights(served, at="2026-07-06", metric="views", **TOTALS).json()["paging"]
    assert f"since={DAY_START - 1 - 86400}&until={DAY_START - 1}" in paging["previous"]
    assert f"since={DAY_END + 1}&until={DAY_END + 1 + 86400}" in paging["next"]


# ---------- media


def test_media_come_newest_first_in_pages_of_25_and_next_is_absent_on_the_last_page(served):
    first = served.ask("instagram", f"/v26.0/{ME}/media").json()
    found, page = [media["id"] for media in first["data"]], first
    while "next" in page["paging"]:
        after = page["paging"]["cursors"]["after"]
        page = served.ask("instagram", f"/v26.0/{ME}/media", params={"after": after}).json()
        found += [media["id"] for media in page["data"]]
    assert len(first["data"]) == 25
    assert found == [post.native_id for post in posts(served)]
    assert set(page["paging"]) == {"cursors"}


def test_the_next_address_holds_the_token_only_if_it_came_in_the_address(served):
    by_header = served.ask("instagram", f"/v26.0/{ME}/media?limit=1", token="in-a-header").json()
    by_address = served.ask("instagram", f"/v26.0/{ME}/media?limit=1&access_token=in-the-address", token=None).json()
    assert "access_token=TOKEN" in by_header["paging"]["next"]
    assert "access_token=in-the-address" in by_address["paging"]["next"]


def test_a_page_has_at_most_100_media(served):
    page = served.ask("instagram", f"/v26.0/{ME}/media?limit=500").json()
    assert len(page["data"]) == min(100, len(posts(served)))


def test_a_media_published_after_the_present_is_not_there(served):
    newest = posts(served)[0]
    before = (newest.published_at - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert refusal(served.ask("instagram", f"/v26.0/{newest.native_id}", at=before))["error_subcode"] == 33
    listed = served.ask("instagram", f"/v26.0/{ME}/media", at=before).json()["data"]
    assert newest.native_id not in [media["id"] for media in listed]


def test_fields_that_a_media_does_not_have_are_left_out(served):
    image = next(post for post in posts(served) if post.format == "image")
    fields = "media_type,media_product_type,timestamp,username,thumbnail_url,children,like_count,total_like_count"
    counters = served.world.post_counters(image, moment("2026-07-13"))
    assert served.ask("instagram", f"/v26.0/{image.native_id}?fields={fields}").json() == {
        "media_type": "IMAGE",
        "media_product_type": "FEED",
        "timestamp": f"{image.published_at:%Y-%m-%dT%H:%M:%S}+0000",
        "username": "aozora.coffee",
        "like_count": counters["organic_likes"],
        "total_like_count": counters["likes"],
        "id": image.native_id,
    }


def test_nested_insights_come_with_the_page(served):
    fields = "id,insights.metric(reach,views,saved){name,values}"
    (media,) = served.ask("instagram", f"/v26.0/{ME}/media", params={"fields": fields, "limit": 1}).json()["data"]
    post = posts(served)[0]
    counters = served.world.post_counters(post, moment("2026-07-13"))
    named = (("reach", "reach"), ("views", "organic_views"), ("saved", "saves"))
    assert media == {
        "id": post.native_id,
        "insights": {
            "data": [
                {
                    "name": name,
                    "values": [{"value": counters[counter]}],
                    "id": f"{post.native_id}/insights/{name}/lifetime",
                }
                for name, counter in named
            ]
        },
    }


def test_one_media_that_cannot_serve_one_metric_fails_the_whole_page(served):
    assert any(post.surface == "reels" for post in posts(served)[:25])
    params = {"fields": "id,insights.metric(reach,profile_visits)"}
    error = refusal(served.ask("instagram", f"/v26.0/{ME}/media", params=params))
    assert error["message"] == UNSUPPORTED.format("profile_visits")


@pytest.mark.parametrize(
    ("surface", "metric", "message"),
    [
        ("reels", "follows", UNSUPPORTED.format("follows")),
        ("feed", "replies", UNSUPPORTED.format("replies")),
        (
            "feed",
            "video_views",
            "(#100) Starting from version 21+, the following metric is no longer supported: video_views.",
        ),
        ("feed", "facebook_views", "Fatal"),
    ],
)
def test_a_metric_of_another_product_type_is_refused(served, surface, metric, message):
    post = next(post for post in posts(served) if post.surface == surface)
    error = refusal(served.ask("instagram", f"/v26.0/{post.native_id}/insights?metric=reach,{metric}"))
    assert error["message"] == message


def test_impressions_are_gone_and_views_answer(served):
    path = f"/v26.0/{posts(served)[0].native_id}/insights?metric="
    assert "no longer supported" in refusal(served.ask("instagram", path + "impressions"))["message"]
    (entry,) = served.ask("instagram", path + "views").json()["data"]
    assert (entry["name"], entry["period"]) == ("views", "lifetime")


def test_a_media_breakdown_arrives_in_lower_case_beside_the_value(served):
    post = next(post for post in posts(served) if post.surface == "feed")
    clicks = served.world.post_counters(post, moment("2026-07-13"))["bio_clicks"]
    path = f"/v26.0/{post.native_id}/insights?metric=profile_activity&breakdown=action_type"
    (entry,) = served.ask("instagram", path).json()["data"]
    assert entry["values"] == [{"value": clicks}]
    results = [{"dimension_values": ["bio_link_clicked"], "value": clicks}] if clicks else []
    assert entry["total_value"]["breakdowns"] == [{"dimension_keys": ["action_type"], "results": results}]


# ---------- stories


def test_a_story_lives_for_24_hours(served):
    story = next(post for post in posts(served, is_story=True) if post.quality > 0)
    last = (story.expires_at - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    over = story.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    live = served.ask("instagram", f"/v26.0/{ME}/stories", at=last).json()["data"]
    assert {"id": story.native_id} in live
    assert {"id": story.native_id} not in served.ask("instagram", f"/v26.0/{ME}/stories", at=over).json()["data"]
    assert refusal(served.ask("instagram", f"/v26.0/{story.native_id}/insights?metric=reach", at=over))["code"] == 100
    assert story.native_id not in [
        media["id"] for media in served.ask("instagram", f"/v26.0/{ME}/media").json()["data"]
    ]


def test_a_story_with_fewer_than_five_viewers_is_code_10_and_fails_its_page(served):
    everyone = [post for found in served.world.posts.values() for post in found if post.is_story]
    quiet = next(
        post
        for post in everyone
        if served.world.post_counters(post, post.published_at + timedelta(hours=2))["reach"] < 5
        and post.published_at < moment("2026-07-12")
    )
    at = (quiet.published_at + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/v26.0/{quiet.account.native_id}/stories"
    for asked in (f"/v26.0/{quiet.native_id}/insights?metric=reach", f"{path}?fields=id,insights.metric(reach)"):
        error = refusal(served.ask("instagram", asked, at=at))
        assert (error["code"], error["message"]) == (10, "(#10) Not enough viewers for the media to show insights")
    assert served.ask("instagram", path, at=at).status_code == 200


def test_braces_that_do_not_close_are_a_syntax_error(served):
    assert refusal(served.ask("instagram", f"/v26.0/{ME}/media?fields=id,insights.metric(reach"))["code"] == 2500
