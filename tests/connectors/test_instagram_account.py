"""Instagram's account: reach of periods, stories, insights of a day, and what each refusal costs."""

import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors import SOURCES
from connectors.errors import RequestRefused
from connectors.streams import Page, Window
from tests.connectors.conftest import rows, stream_of
from tests.connectors.instagram_scripted import ACCOUNT
from tests.connectors.scripted import Answer


@pytest.mark.parametrize(
    ("day", "periods"),
    [
        (date(2026, 8, 29), []),
        (date(2026, 8, 30), [("week", date(2026, 8, 24), date(2026, 8, 30))]),
        (date(2026, 6, 30), [("month", date(2026, 6, 1), date(2026, 6, 30))]),
        (date(2026, 8, 31), []),  # 31 days
        (date(2025, 11, 30), [("week", date(2025, 11, 24), date(2025, 11, 30))]),  # 30 days and an hour
        (date(2026, 3, 8), [("week", date(2026, 3, 2), date(2026, 3, 8))]),  # an hour short
        (
            date(2027, 2, 28),
            [("week", date(2027, 2, 22), date(2027, 2, 28)), ("month", date(2027, 2, 1), date(2027, 2, 28))],
        ),
    ],
)
def test_the_reach_of_a_period_is_asked_on_its_last_day_where_thirty_days_allow(scripted, day, periods):
    scripted.answers = [Answer({"data": [{"name": "reach", "total_value": {"value": 9}}]})]
    api = SOURCES["instagram"].open(scripted.url, "a-token-for-tests")
    stream = stream_of("instagram", "period_reach")
    found = rows(stream, "period_reach", list(stream.pages(api, ACCOUNT, Window(day))))
    api.close()
    assert [(row["period_type"], row["period_start"], row["period_end"]) for row in found] == periods
    assert len(scripted.asked) == len(periods)


def test_a_story_that_too_few_saw_is_listed_and_code_ten_is_told_from_a_missing_permission(scripted):
    few = {"message": "(#10) Not enough viewers for the media to show insights", "code": 10}

    def answer(asked):
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        if asked.method == "POST":
            return Answer(b"", 404)
        if "/stories" not in asked.path:
            return Answer({"error": few}, 400) if "/2/insights" in asked.path else Answer({"data": []})
        start, limit = int(query.get("after", 0)), int(query["limit"])
        ids = range(start + 1, min(start + limit, 3) + 1)
        if 2 in ids and "insights" in query["fields"]:
            return Answer({"error": few}, 400)
        stories = [{"id": str(one), "timestamp": "2026-08-31T20:00:00+0000"} for one in ids]
        measured = (
            {"insights": {"data": [{"name": "reach", "values": [{"value": 9}]}]}}
            if "insights" in query["fields"]
            else {}
        )
        more = {"next": "there"} if start + limit < 3 else {}
        return Answer(
            {"data": [one | measured for one in stories], "paging": {"cursors": {"after": str(start + limit)}} | more}
        )

    scripted.answers = answer
    api = SOURCES["instagram"].open(scripted.url, "a-token-for-tests")
    stream = stream_of("instagram", "stories")
    pages = list(stream.pages(api, ACCOUNT, Window(date(2026, 8, 31))))
    api.close()
    assert [row["media_id"] for row in rows(stream, "stories", pages)] == ["1", "2", "3"]
    assert {row["media_id"] for row in rows(stream, "story_insights", pages)} == {"1", "3"}
    refused = {(row["media_id"], row["code"], row["message"]) for row in rows(stream, "story_refusals", pages)}
    assert refused == {("2", 10, few["message"])}


def test_another_version_than_was_asked_is_named(scripted, caplog):
    scripted.answers = [Answer({"id": "17841"}, headers={"facebook-api-version": "v26.0"})]
    for base_url, count in ((f"{scripted.url}/v26.0", 0), (f"{scripted.url}/v21.0", 1)):
        api = SOURCES["instagram"].open(base_url, "a-token-for-tests")
        list(stream_of("instagram", "account").pages(api, ACCOUNT, Window(date(2026, 7, 1))))
        api.close()
        assert len(caplog.messages) == count
    assert "v21.0 was asked and v26.0 answers" in caplog.messages[0]


def insights_of(scripted, answer, *days):
    scripted.answers = answer
    api = SOURCES["instagram"].open(scripted.url, "a-token-for-tests")
    stream = stream_of("instagram", "account_insights")
    pages = [list(stream.pages(api, ACCOUNT, Window(day))) for day in days]
    api.close()
    return [{table.name: rows(stream, table.name, found) for table in stream.tables} for found in pages]


def metrics_of(asked):
    return parse_qs(urlsplit(asked.path).query)["metric"][0].split(",")


def test_one_bad_metric_costs_itself_alone_and_its_reason_is_kept_for_every_day(scripted):
    def answer(asked):
        metrics = metrics_of(asked)
        if "profile_views" in metrics:
            others = ", ".join(set(metrics) - {"profile_views"})
            words = f"(#100) metric[{metrics.index('profile_views')}] must be one of the following values: {others}"
            return Answer({"error": {"code": 100, "message": words}}, 400)
        return Answer({"data": [{"name": name, "total_value": {"value": 3}} for name in metrics]})

    first, second = insights_of(scripted, answer, date(2026, 7, 1), date(2026, 7, 2))
    assert [row["metric"] for row in first["account_insight_refusals"]] == ["profile_views"]
    assert second["account_insight_refusals"] == first["account_insight_refusals"]
    assert len(first["account_insights"]) == len(second["account_insights"])
    assert {"views", "website_clicks"} <= {row["metric"] for row in first["account_insights"]}
    assert len(scripted.asked) == 4 + 2 + 4  # four breakdowns a day; once the rest, and the culprit by itself


def test_an_opaque_refusal_is_halved_until_the_metric_at_fault_is_alone(scripted):
    def answer(asked):
        if "replies" in metrics_of(asked):
            return Answer({"error": {"code": 100, "message": "An unknown error has occurred."}}, 400)
        return Answer({"data": [{"name": name, "total_value": {"value": "3"}} for name in metrics_of(asked)]})

    (found,) = insights_of(scripted, answer, date(2026, 7, 1))
    assert [row["metric"] for row in found["account_insight_refusals"]] == ["replies"]
    assert {"accounts_engaged", "reposts", "shares"} <= {row["metric"] for row in found["account_insights"]}


@pytest.mark.parametrize(
    ("day", "since", "hours"),
    [(date(2026, 7, 1), 1782889200, 24), (date(2026, 3, 8), 1772956800, 23), (date(2026, 11, 1), 1793516400, 25)],
)
def test_a_pacific_day_is_asked_whole_on_both_days_that_change_the_clock(scripted, day, since, hours):
    insights_of(scripted, [Answer({"data": []})], day)
    asked = [parse_qs(urlsplit(one.path).query) for one in scripted.asked]
    assert {(int(one["since"][0]), int(one["until"][0])) for one in asked} == {(since, since + hours * 3600)}


def test_an_account_that_is_not_there_fails_at_once(scripted):
    gone = {"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request."}}
    with pytest.raises(RequestRefused):
        insights_of(scripted, [Answer(gone, 400)], date(2026, 7, 1))
    assert len(scripted.asked) == 1


def test_the_four_shapes_of_follows_and_unfollows_are_told_apart():
    def shape(**total):
        data = [{"name": "follows_and_unfollows", **total}]
        stream = stream_of("instagram", "account_insights")
        page = Page("/x?breakdown=follow_type", 200, json.dumps({"data": data}).encode())
        return [(row["dimension_value"], row["value"]) for row in rows(stream, "account_insights", [page])]

    def split(**results):
        return {"breakdowns": [{"dimension_keys": ["follow_type"], **results}]}

    gained = {"dimension_values": ["FOLLOWER"], "value": 20}
    lost = {"dimension_values": ["NON_FOLLOWER"], "value": 8}
    assert shape(total_value=split(results=[gained, lost])) == [("FOLLOWER", 20), ("NON_FOLLOWER", 8)]
    assert shape() == []  # asked without its breakdown
    assert shape(total_value=split(results=[])) == [(None, None)]  # published: nobody came, nobody left
    assert shape(total_value=split()) == []  # not published yet


def test_a_total_without_a_value_and_a_day_not_published_yet_are_no_rows():
    stream = stream_of("instagram", "account_insights")
    split = {"dimension_keys": ["follow_type"], "results": [{"dimension_values": ["FOLLOWER"], "value": 4}]}
    data = [
        {"name": "reach", "total_value": {"value": 0}},
        {"name": "likes"},
        {"name": "views", "total_value": {"value": 9, "breakdowns": [split]}},
        {"name": "follows_and_unfollows", "total_value": {"breakdowns": [{"dimension_keys": ["follow_type"]}]}},
    ]
    page = Page("/x", 200, json.dumps({"data": data}).encode())
    assert rows(stream, "account_insights", [page]) == [
        {"metric": "reach", "dimension": None, "dimension_value": None, "value": 0},
        {"metric": "views", "dimension": "follow_type", "dimension_value": "FOLLOWER", "value": 4},
    ]
