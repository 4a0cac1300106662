"""Instagram's lists and insights against a Graph that is scripted to the point."""

import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors import SOURCES
from connectors.errors import RequestRefused, UnreadableAnswer
from connectors.instagram import MEDIA_INSIGHTS
from connectors.streams import Account, Page, Window
from tests.connectors.conftest import rows, stream_of
from tests.connectors.scripted import Answer

ACCOUNT = Account("aozora", "instagram", "17841", "aozora.coffee", "Asia/Tokyo", "JPY", "INSTAGRAM_TOKEN_AOZORA")
METRICS = MEDIA_INSIGHTS.split(",")
UNCONVERTED = {"message": "Invalid parameter", "code": 100, "error_subcode": 2108006}


def unsupported(metric):
    words = f"(#100) The Media Insights API does not support the {metric} metric for this media product type."
    return {"message": words, "code": 100}


class Graph:
    """Media 1 (newest) to `count`; `poison` maps a media to the metric it can't serve, or to an error for all."""

    def __init__(self, count: int, poison: dict[int, str | dict]) -> None:
        self.count, self.poison, self.asked = count, poison, []

    def __call__(self, asked) -> Answer:
        url = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.asked.append((url.path.removeprefix("/base/v26.0/"), query))
        if url.path.endswith("/media"):
            return self._list(query)
        media = int(url.path.split("/")[-2])
        return self._insights(media, query["metric"].split(","))

    def _list(self, query) -> Answer:
        start, limit, nested = int(query.get("after", 0)), int(query["limit"]), "insights" in query["fields"]
        ids = range(start + 1, min(start + limit, self.count) + 1)
        refused = next((self._refusal(one, METRICS) for one in ids if one in self.poison), None) if nested else None
        if refused:
            return Answer({"error": refused}, 400)
        data = [
            {"id": str(one), "media_type": "IMAGE", "timestamp": "2026-08-31T10:00:00+0000"}
            | ({"insights": {"data": self._measures(METRICS, one)}} if nested else {})
            for one in ids
        ]
        paging = {"cursors": {"before": "0", "after": str(start + limit)}}
        if start + limit < self.count:
            paging["next"] = "https://elsewhere.example/?access_token=EAAnever"
        return Answer({"data": data, "paging": paging})

    def _insights(self, media, metrics) -> Answer:
        refused = self._refusal(media, metrics)
        return Answer({"error": refused}, 400) if refused else Answer({"data": self._measures(metrics, media)})

    def _refusal(self, media, metrics):
        culprit = self.poison.get(media)
        if isinstance(culprit, dict):
            return culprit
        return unsupported(culprit) if culprit in metrics else None

    def _measures(self, metrics, media):
        return [{"name": name, "period": "lifetime", "values": [{"value": media}]} for name in metrics]


def walked(scripted, graph):
    scripted.answers = graph
    api = SOURCES["instagram"].open(scripted.url, "a-token-for-tests")
    api.sleep = lambda seconds: None
    pages = list(stream_of("instagram", "media").pages(api, ACCOUNT, Window(date(2026, 8, 31))))
    api.close()
    return pages


def tables(pages):
    stream = stream_of("instagram", "media")
    return {table.name: rows(stream, table.name, pages) for table in stream.tables}


def test_a_thousand_media_and_their_insights_take_ten_calls(scripted):
    graph = Graph(1000, {})
    found = tables(walked(scripted, graph))
    assert len(graph.asked) == 10
    assert len(found["media"]) == 1000
    assert len(found["media_insights"]) == 1000 * len(METRICS)
    assert found["media_refusals"] == []


@pytest.mark.parametrize("place", [1, 437, 1000])
def test_one_poisoned_media_of_a_thousand_costs_few_calls_and_only_its_own_metric(scripted, place):
    graph = Graph(1000, {place: "shares"})
    found = tables(walked(scripted, graph))
    assert len(graph.asked) <= 34  # goal: 40, with the account's own three on top
    assert {row["media_id"] for row in found["media"]} == {str(one) for one in range(1, 1001)}
    measured = {(row["media_id"], row["metric"]) for row in found["media_insights"]}
    assert measured == {(str(one), name) for one in range(1, 1001) for name in METRICS} - {(str(place), "shares")}
    assert found["media_refusals"] == [
        {"media_id": str(place), "code": 100, "subcode": None, "message": unsupported("shares")["message"]}
    ]


def test_several_poisoned_media_leave_all_others_whole(scripted):
    bad = {3: "views", 4: UNCONVERTED, 60: "shares", 155: UNCONVERTED}
    graph = Graph(220, bad)
    found = tables(walked(scripted, graph))
    whole = {row["media_id"] for row in found["media_insights"] if row["metric"] == "reach"}
    assert whole == {str(one) for one in range(1, 221)} - {"4", "155"}
    assert {(row["media_id"], row["subcode"]) for row in found["media_refusals"]} == {
        ("3", None),
        ("4", 2108006),
        ("60", None),
        ("155", 2108006),
    }


def test_media_older_than_the_conversion_are_listed_without_asking_each(scripted):
    graph = Graph(500, dict.fromkeys(range(201, 501), UNCONVERTED))
    found = tables(walked(scripted, graph))
    assert len(found["media"]) == 500
    assert {row["media_id"] for row in found["media_insights"]} == {str(one) for one in range(1, 201)}
    assert len(graph.asked) < 45


def test_a_metric_that_no_media_has_ends_the_stream_at_once(scripted):
    unknown = {"message": "(#100) metric[6] must be one of the following values: reach, saved", "code": 100}
    graph = Graph(500, {1: unknown})
    with pytest.raises(RequestRefused):
        walked(scripted, graph)
    assert len(graph.asked) == 1


def test_the_address_of_the_next_page_is_never_asked(scripted):
    graph = Graph(150, {})
    pages = walked(scripted, graph)
    assert [query.get("after") for _, query in graph.asked] == [None, "100"]
    assert "EAAnever" not in pages[0].body.decode()


def test_a_cursor_that_comes_back_ends_the_stream(scripted):
    page = {"data": [], "paging": {"cursors": {"after": "A"}, "next": "https://elsewhere.example"}}
    with pytest.raises(UnreadableAnswer, match="the same page twice"):
        walked(scripted, lambda asked: Answer(page))


def test_a_media_on_two_pages_is_one_row(scripted):
    def answer(asked):
        media = {"id": "1", "media_type": "IMAGE", "insights": {"data": [{"name": "reach", "values": [{"value": 5}]}]}}
        more = {} if "after" in asked.path else {"next": "https://elsewhere.example"}
        return Answer({"data": [media], "paging": {"cursors": {"after": "A"}} | more})

    found = tables(walked(scripted, answer))
    assert [row["media_id"] for row in found["media"]] == ["1"]
    assert found["media_insights"] == [{"media_id": "1", "metric": "reach", "value": 5}]


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


def test_undocumented_totals_are_given_up_when_refused(scripted):
    def answer(asked):
        if "profile_views" in asked.path:
            return Answer({"error": {"code": 100, "message": "(#100) metric[11] must be one of"}}, 400)
        return Answer({"data": [{"name": "views", "total_value": {"value": 3}}]})

    scripted.answers = answer
    api = SOURCES["instagram"].open(scripted.url, "a-token-for-tests")
    pages = list(stream_of("instagram", "account_insights").pages(api, ACCOUNT, Window(date(2026, 7, 1))))
    api.close()
    asked = [parse_qs(urlsplit(one.path).query) for one in scripted.asked]
    assert ["profile_views" in one["metric"][0] for one in asked] == [True, False, False]
    # 2026-07-01 00:00 in California is 07:00 UTC.
    assert {(one["since"][0], one["until"][0]) for one in asked} == {("1782889200", "1782975600")}
    assert [json.loads(page.body)["data"][0]["name"] for page in pages] == ["views", "views"]


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
