"""Instagram Graph API: insights of an account, trap by trap."""

import pytest

from sandbox.servers.wire import instant as moment
from tests.sandbox.instagram_asked import ME, refusal

DAY_START, DAY_END = 1783321200, 1783407600  # 2026-07-06 in US Pacific: 07:00Z to 07:00Z
TOTALS = {"period": "day", "metric_type": "total_value", "since": DAY_START, "until": DAY_END}


def insights(served, at="2026-07-13", **params):
    return served.ask("instagram", f"/v26.0/{ME}/insights", at=at, params=params)


def total(served, metric, at):
    (entry,) = insights(served, at=at, metric=metric, **TOTALS).json()["data"]
    return entry["total_value"]["value"]


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
