"""Instagram's lists of media against a Graph that is scripted to the point."""

import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors import SOURCES
from connectors.errors import UnreadableAnswer
from connectors.instagram_metrics import POSTS, nested_metrics
from connectors.streams import Window
from tests.connectors.conftest import rows, stream_of
from tests.connectors.instagram_scripted import ACCOUNT
from tests.connectors.scripted import Answer

METRICS = nested_metrics(POSTS, has_facebook_login=True)
UNCONVERTED = {"message": "Invalid parameter", "code": 100, "error_subcode": 2108006}


def unsupported(metric):
    words = f"(#100) The Media Insights API does not support the {metric} metric for this media product type."
    return {"message": words, "code": 100}


class Graph:
    """Media 1 (newest) to `count`; `poison` maps a media to the metric it can't serve, or to an error for all."""

    def __init__(self, count: int, poison: dict[int, str | dict]) -> None:
        self.count, self.poison, self.asked, self.metrics = count, poison, [], METRICS

    def __call__(self, asked) -> Answer:
        url = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.asked.append((url.path.rpartition("/v26.0/")[2], query))
        if asked.method == "POST":
            return Answer({"error": {"message": "(#100) no batch here", "code": 100}}, 400)
        if url.path.endswith("/media"):
            return self._list(query)
        media = int(url.path.split("/")[-2])
        return self._insights(media, query["metric"].split(","))

    def _list(self, query) -> Answer:
        start, limit, nested = int(query.get("after", 0)), int(query["limit"]), "insights" in query["fields"]
        ids = range(start + 1, min(start + limit, self.count) + 1)
        nested_in = query["fields"].rpartition("insights.metric(")[2].rstrip(")").split(",")
        refused = next((found for one in ids if (found := self._refusal(one, nested_in))), None) if nested else None
        if refused:
            return Answer({"error": refused}, 400)
        data = [
            {"id": str(one), "media_type": "IMAGE", "timestamp": "2026-08-31T10:00:00+0000"}
            | ({"insights": {"data": self._measures(nested_in, one)}} if nested else {})
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


def walked(scripted, graph, host=""):
    scripted.answers = graph
    api = SOURCES["instagram"].open(scripted.url + host, "a-token-for-tests")
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
    """M157: one illegal metric is a 400 for all: 999 media keep everything, and the one loses that metric alone."""
    graph = Graph(1000, {place: "shares"})
    found = tables(walked(scripted, graph))
    assert len(graph.asked) <= 34  # goal: 40, with five calls for what only a type of media has
    assert {row["media_id"] for row in found["media"]} == {str(one) for one in range(1, 1001)}
    measured = {(row["media_id"], row["metric"]) for row in found["media_insights"]}
    assert measured == {(str(one), name) for one in range(1, 1001) for name in METRICS} - {(str(place), "shares")}
    assert found["media_refusals"] == [
        {
            "media_id": str(place),
            "dimension": None,
            "code": 100,
            "subcode": None,
            "message": unsupported("shares")["message"],
        }
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


def test_what_only_a_type_of_media_has_takes_five_calls_a_day_at_most(scripted):
    def media(number):
        return {
            "id": str(number),
            "media_product_type": "FEED",
            "timestamp": "2026-08-31T10:00:00+0000",
            "insights": {},
        }

    def answer(asked):
        if asked.method == "GET":
            start = int(parse_qs(urlsplit(asked.path).query).get("after", ["0"])[0])
            paging = {"cursors": {"after": str(start + 100)}} | ({"next": "there"} if start < 900 else {})
            return Answer({"data": [media(number) for number in range(start, start + 100)], "paging": paging})
        asked_together = json.loads(parse_qs(asked.body.decode())["batch"][0])
        return Answer(json.dumps([{"code": 200, "body": '{"data": []}'}] * len(asked_together)).encode())

    walked(scripted, answer)
    methods = [one.method for one in scripted.asked if one.path != "/base/"]
    assert (methods.count("GET"), methods.count("POST")) == (10, 5)


@pytest.mark.parametrize(("count", "alone"), [(1000, 4), (300, 11), (3, 3)])
def test_a_host_without_batches_is_asked_what_the_capture_has_room_for_the_newest_first(scripted, count, alone):
    """P1 on both hosts: a thousand media in ten lists, one batch that is refused, and four questions one by one."""
    graph = Graph(count, {})
    listed = graph._list

    def with_types(query):
        answer = listed(query)
        for one in answer.body["data"]:
            one |= {"media_product_type": "REELS"}
        return answer

    graph._list = with_types
    walked(scripted, graph, "/graph.instagram.com")
    asked = [path for path, _ in graph.asked if path.endswith("/insights")]
    assert asked == [f"{number}/insights" for number in range(1, alone + 1)]
    assert len(graph.asked) <= 10 + 1 + 4 + 1  # and the clock


def test_media_older_than_the_conversion_are_listed_without_asking_each(scripted):
    graph = Graph(500, dict.fromkeys(range(201, 501), UNCONVERTED))
    found = tables(walked(scripted, graph))
    assert len(found["media"]) == 500
    assert {row["media_id"] for row in found["media_insights"]} == {str(one) for one in range(1, 201)}
    assert len(graph.asked) < 45


def test_a_metric_that_no_media_has_costs_one_call_and_itself(scripted):
    others = ", ".join(name for name in METRICS if name != "reposts")

    def answer(asked):
        if ",reposts," in asked.path:
            words = f"(#100) metric[4] must be one of the following values: {others}"
            return Answer({"error": {"message": words, "code": 100}}, 400)
        return graph(asked)

    graph = Graph(500, {})
    graph.metrics = [name for name in METRICS if name != "reposts"]
    found = tables(walked(scripted, answer))
    assert len(scripted.asked) == 6
    assert {row["metric"] for row in found["media_insights"]} == set(graph.metrics)
    assert [(row["media_id"], row["code"]) for row in found["media_refusals"]] == [(None, 100)]


def test_a_metric_that_three_media_lack_is_asked_no_more_with_the_list(scripted):
    """M157: what media after media refuses is no longer asked, and the rest of each is told."""
    graph = Graph(1000, dict.fromkeys(range(1, 1001), "shares"))
    found = tables(walked(scripted, graph))
    assert len(graph.asked) < 90
    assert {row["metric"] for row in found["media_insights"]} == set(METRICS) - {"shares"}
    assert len({row["media_id"] for row in found["media_insights"]}) == 1000


def test_a_field_that_the_version_does_not_know_is_left_out(scripted):
    def answer(asked):
        if "total_views_count" in asked.path:
            words = "(#100) Tried accessing nonexisting field (total_views_count) on node type (IGMedia)"
            return Answer({"error": {"message": words, "code": 100}}, 400)
        return graph(asked)

    graph = Graph(100, {})
    assert len(tables(walked(scripted, answer))["media"]) == 100
    assert len(scripted.asked) == 2


def test_insights_that_did_not_come_with_the_list_are_asked_media_by_media_less_what_is_unknown(scripted):
    graph = Graph(3, {2: UNCONVERTED})

    def answer(asked):
        if "/media?" in asked.path:
            bare = graph._list({"limit": "100", "fields": "id"})
            return Answer({**bare.body, "paging": {"cursors": {"before": "b"}}})
        if "reposts" in asked.path:
            known = ", ".join(name for name in METRICS if name != "reposts")
            words = f"(#100) metric[4] must be one of the following values: {known}"
            return Answer({"error": {"message": words, "code": 100}}, 400)
        return graph(asked)

    found = tables(walked(scripted, answer))
    measured = {(row["media_id"], row["metric"]) for row in found["media_insights"]}
    assert measured == {(media, name) for media in "13" for name in METRICS if name != "reposts"}
    assert ("2", 2108006) in {(row["media_id"], row["subcode"]) for row in found["media_refusals"]}


def test_media_are_listed_although_their_insights_may_not_be_read(scripted):
    graph = Graph(150, {})

    def answer(asked):
        if "insights" in asked.path:
            words = "(#10) Application does not have permission for this action"
            return Answer({"error": {"message": words, "code": 10}}, 403)
        return graph(asked)

    found = tables(walked(scripted, answer))
    assert (len(found["media"]), found["media_insights"]) == (150, [])
    assert [(row["media_id"], row["code"]) for row in found["media_refusals"]] == [(None, 10)]


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
    assert [(row["metric"], row["value"]) for row in found["media_insights"]] == [("reach", 5)]
