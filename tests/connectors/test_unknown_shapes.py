"""Answers of shapes that no documentation foresees: each ends in rows, a sentence, or a window that fails alone."""

from __future__ import annotations

import json
from datetime import date

import pytest

from connectors import SOURCES
from connectors.errors import UNKNOWN_SHAPE, SourceError
from connectors.streams import Account, Page, Window
from tests.connectors.conftest import rows, stream_of
from tests.connectors.scripted import Answer

SHAPES = {
    "nothing": {},
    "null": {"data": None},
    "an object for a list": {"data": {}, "errors": {}, "paging": [], "meta": []},
    "texts for objects": {"data": ["x"], "errors": ["x"], "meta": "x", "paging": "x"},
    "a list of lists": {"data": [[{"id": "1"}]]},
    "numbers for ids": {"data": [{"id": 12, "timestamp": None, "created_at": 5}]},
    "parts of another kind": {"data": [{"id": "12", "insights": [], "public_metrics": [], "referenced_tweets": {}}]},
    "a total of another kind": {"data": [{"name": "reach", "total_value": 5, "values": {}}]},
    "an error without a number": {"error": {"code": "100"}},
    "no body": b"",
    "a list": b"[]",
}


def account_of(source):
    return Account("b", source, "17841", "h", "UTC", "EUR", "T", competitors=("a",), hashtags=("t",))


def opened(scripted, source, body, status):
    scripted.answers = lambda asked: Answer(body, status)
    api = SOURCES[source].open(scripted.url, "a-token-for-tests")
    api.sleep = lambda seconds: None
    return api


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("source", ["instagram", "x"])
def test_a_stream_yields_pages_that_load_or_fails_in_a_way_that_leaves_the_others_whole(scripted, source, body, status):
    for stream in SOURCES[source].streams:
        api, pages = opened(scripted, source, body, status), []
        try:
            pages.extend(stream.pages(api, account_of(source), Window(date(2026, 7, 1))))
        except (SourceError, *UNKNOWN_SHAPE) as error:
            assert str(error)
        finally:
            api.close()
        for table in stream.tables if pages else ():
            assert isinstance(rows(stream, table.name, pages), list)


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("source", ["instagram", "x"])
def test_an_examination_goes_on_to_its_end(scripted, source, body):
    api, declared = opened(scripted, source, body, 200), SOURCES[source]
    found = [*declared.examine(api, account_of(source)), *declared.clocks(api, account_of(source), lambda stream: ())]
    api.close()
    assert found
    assert all(all(finding.said) for finding in found)


def read(source, stream, table, body, asked="/2/users/17841/tweets"):
    return rows(stream_of(source, stream), table, [Page(asked, 200, json.dumps(body).encode())])


def test_a_post_that_tells_its_id_and_text_alone_is_dated_by_its_id():
    (row,) = read("x", "posts", "posts", {"data": [{"text": "hello", "id": "1577730467436138524"}], "meta": {}})
    assert row["text"] == "hello"
    assert f"{row['created_at']:%Y-%m-%d}" == "2022-10-05"
    assert row["public_like_count"] is None


def test_a_user_without_figures_is_a_row_of_what_is_told():
    (row,) = read("x", "user", "users", {"data": {"id": "783214", "name": "X", "username": "X"}})
    assert (row["username"], row["followers_count"]) == ("X", None)


def test_insights_of_two_keys_and_of_several_days_are_not_taken_for_the_total_of_a_day():
    split = {
        "dimension_keys": ["media_product_type", "follow_type"],
        "results": [
            {"value": 9, "dimension_values": ["IGTV", "FOLLOWER"]},
            {"value": 109, "dimension_values": ["CAROUSEL_CONTAINER", "NON_FOLLOWER"]},
        ],
    }
    series = [{"value": value, "end_time": f"2022-08-0{value}T07:00:00+0000"} for value in (1, 2)]
    data = [
        {"id": "1/insights/reach/day", "total_value": {"breakdowns": [split], "value": 145}, "name": "reach"},
        {"values": series, "name": "views"},
        {"values": series[:1], "name": "likes", "period": "day"},
    ]
    found = read("instagram", "account_insights", "account_insights", {"paging": {}, "data": data}, "/1/insights?x")
    assert [(row["metric"], row["dimension"], row["dimension_value"], row["value"]) for row in found] == [
        ("likes", None, None, 1),
        ("reach", "media_product_type,follow_type", "IGTV,FOLLOWER", 9),
        ("reach", "media_product_type,follow_type", "CAROUSEL_CONTAINER,NON_FOLLOWER", 109),
    ]
