"""GA4's reports: by name and not by place, and whole however long."""

import json
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest

from connectors import SOURCES, ga4
from connectors.errors import QuotaExhausted, UnreadableAnswer
from connectors.streams import Account, Page, Window
from tests.connectors.conftest import rows, stream_of
from tests.connectors.scripted import Answer

ACCOUNT = Account("aozora", "ga4", "310000101", None, "Asia/Tokyo", "JPY", "GA4_TOKEN_AOZORA")
STREAM = stream_of("ga4", "daily_reports")


def opened(base_url):
    return closing(SOURCES["ga4"].open(base_url, "a-token-for-tests"))


def report(dimensions, metrics, lines, row_count=None, **metadata):
    return {
        "dimensionHeaders": [{"name": name} for name in dimensions],
        "metricHeaders": [{"name": name, "type": "TYPE_INTEGER"} for name in metrics],
        "rows": [
            {
                "dimensionValues": [{"value": value} for value in line[: len(dimensions)]],
                "metricValues": [{"value": value} for value in line[len(dimensions) :]],
            }
            for line in lines
        ],
        "rowCount": len(lines) if row_count is None else row_count,
        "metadata": {"currencyCode": "JPY", "timeZone": "Asia/Tokyo", **metadata},
    }


PAGES_REPORT = report(("pagePath", "date"), ("totalUsers", "screenPageViews"), [("/", "20260831", "3", "5")])
EVENTS_REPORT = report(
    ("date", "eventName", "sessionSource", "sessionMedium", "sessionManualAdContent"),
    ("keyEvents", "eventCount"),
    [("(other)", "purchase", "x", "social", "(not set)", "1.3333333333", "2")],
)
EMPTY = {"dimensionHeaders": [{"name": "date"}], "metricHeaders": [], "metadata": {"timeZone": "Asia/Tokyo"}}


def page(*reports):
    return Page("/x", 200, json.dumps({"reports": list(reports), "kind": "analyticsData#batchRunReports"}).encode())


def test_values_are_found_by_the_reports_own_headers():
    assert rows(STREAM, "pages", [page(PAGES_REPORT, EVENTS_REPORT, EMPTY)]) == [
        {"date": date(2026, 8, 31), "page_path": "/", "page_views": 5, "total_users": 3}
    ]


def test_a_day_called_other_is_null_and_key_events_keep_their_fractions():
    assert rows(STREAM, "key_events", [page(PAGES_REPORT, EVENTS_REPORT)]) == [
        {
            "date": None,
            "event_name": "purchase",
            "source": "x",
            "medium": "social",
            "content": "(not set)",
            "key_events": Decimal("1.333333"),
            "event_count": 2,
        }
    ]


def test_revenue_that_may_not_be_seen_is_unknown_and_not_zero():
    metrics = ga4.TRAFFIC_METRICS
    line = ("20260831", "9", "4", "2", "8", "12.5", "30", "1.5", "0")
    hidden = {"activeMetricRestrictions": [{"metricName": "totalRevenue", "restrictedMetricTypes": ["REVENUE_DATA"]}]}
    totals = {
        "date": date(2026, 8, 31),
        "sessions": 9,
        "engaged_sessions": 4,
        "total_users": 8,
        "new_users": 2,
        "page_views": 30,
        "key_events": Decimal("1.500000"),
        "revenue_amount": Decimal("0.000000"),
        "currency": "JPY",
        "property_zone": "Asia/Tokyo",
    }
    assert rows(STREAM, "totals", [page(report(("date",), metrics, [line]))]) == [totals]
    restricted = report(("date",), metrics, [line], schemaRestrictionResponse=hidden)
    assert rows(STREAM, "totals", [page(restricted)]) == [totals | {"revenue_amount": None}]


def read(scripted, answers):
    scripted.answers = answers
    with opened(scripted.url) as api:
        return list(STREAM.pages(api, ACCOUNT, Window(date(2026, 8, 31))))


def test_a_report_longer_than_its_limit_is_read_on_by_offset(scripted):
    paths = [f"/blog/{number}" for number in range(5)]

    def part(start, count):
        lines = [(path, "20260831", "1", "1") for path in paths[start : start + count]]
        return report(("pagePath", "date"), ("totalUsers", "screenPageViews"), lines, row_count=5)

    def answer(asked):
        if asked.path.endswith(":batchRunReports"):
            return Answer({"reports": [EMPTY, EVENTS_REPORT, part(0, 2), EMPTY]})
        return Answer(part(int(json.loads(asked.body)["offset"]), 2))

    pages = read(scripted, answer)
    assert len(pages) == 3
    assert {row["page_path"] for row in rows(STREAM, "pages", pages)} == set(paths)
    assert len(rows(STREAM, "key_events", pages)) == 1


def test_a_report_that_changes_while_it_is_read_is_refused(scripted):
    """Row 19 of the fault matrix."""
    first = report(("pagePath", "date"), ("totalUsers",), [("/", "20260831", "1")], row_count=2)
    second = report(("pagePath", "date"), ("totalUsers",), [("/a", "20260831", "1")], row_count=3)
    with pytest.raises(UnreadableAnswer, match="changed a report"):
        read(scripted, [Answer({"reports": [EMPTY, EMPTY, first, EMPTY]}), Answer(second)])


def test_row_19_a_row_that_slipped_between_two_parts_of_a_report_is_missed(scripted):
    """Row 19 of the fault matrix: one row came and one went, so that the count stays and /b is on neither part."""
    first = report(
        ("pagePath", "date"), ("totalUsers",), [("/", "20260831", "1"), ("/a", "20260831", "1")], row_count=3
    )
    second = report(("pagePath", "date"), ("totalUsers",), [("/a", "20260831", "1")], row_count=3)
    with pytest.raises(UnreadableAnswer, match="changed a report"):
        read(scripted, [Answer({"reports": [EMPTY, EMPTY, first, EMPTY]}), Answer(second)])


def test_one_call_asks_four_reports_of_one_day_in_a_fixed_order(scripted):
    read(scripted, [Answer({"reports": [EMPTY] * 4})])
    questions = json.loads(scripted.asked[0].body)["requests"]
    assert len(scripted.asked) == 1
    assert [question["dateRanges"] for question in questions] == [
        [{"startDate": "2026-08-31", "endDate": "2026-08-31"}]
    ] * 4
    assert all(len(question["orderBys"]) == len(question["dimensions"]) <= 9 for question in questions)
    assert all(len(question["metrics"]) <= 10 and question["limit"] == "100000" for question in questions)


def test_what_google_folds_withholds_samples_or_cuts_is_kept_with_the_extract():
    flawed = PAGES_REPORT | {
        "rowCount": "3",
        "metadata": {
            "dataLossFromOtherRow": True,
            "subjectToThresholding": True,
            "samplingMetadatas": [{"samplesReadCount": "50", "samplingSpaceSize": "200"}],
            "dataTruncationReasons": [{"dataTruncationType": "DATA_TRUNCATION_TYPE_DATE_RANGE"}],
            "unheardOf": {"a": 1},
        },
    }
    found = {row["report_name"]: row for row in rows(STREAM, "report_flags", [page(flawed, EVENTS_REPORT, EMPTY)])}
    assert set(found) == {"pages", "key_events", "totals"}
    assert found["pages"] == {
        "report_name": "pages",
        "page_count": 1,
        "rows_told": 3,
        "rows_read": 1,
        "unreadable_count": 0,
        "has_other_row": True,
        "is_thresholded": True,
        "sampled_share": 0.25,
        "truncation": "DATA_TRUNCATION_TYPE_DATE_RANGE",
        "hidden_metrics": None,
        "empty_reason": None,
    }
    assert (found["key_events"]["has_other_row"], found["key_events"]["sampled_share"]) == (False, None)
    assert (found["totals"]["rows_told"], found["totals"]["rows_read"]) == (None, 0)


def test_a_property_that_says_conversions_is_asked_for_them_and_read_as_key_events(scripted):
    old = report(("date", "eventName"), ("conversions", "eventCount"), [("20260831", "purchase", "2.5", "3")])
    refused = {
        "error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "Field keyEvents is not a valid metric.  "}
    }

    def answer(asked):
        if asked.path.endswith("/metadata"):
            return Answer({"metrics": [{"apiName": "sessions"}, {"apiName": "conversions"}]})
        return Answer(refused, 400) if b'"keyEvents"' in asked.body else Answer({"reports": [EMPTY, old, EMPTY, EMPTY]})

    pages = read(scripted, answer)
    assert len(scripted.asked) == 3
    assert [row["key_events"] for row in rows(STREAM, "key_events", pages)] == [Decimal("2.500000")]


def test_a_property_with_few_tokens_left_is_left_alone_till_the_next_run(scripted):
    ledgers = {"tokensPerDay": {"remaining": 9000}, "tokensPerProjectPerHour": {"remaining": 150}}
    last = EMPTY | {"propertyQuota": ledgers}
    scripted.answers = [Answer({"reports": [EMPTY, EMPTY, EMPTY, last]})]
    with opened(scripted.url) as api:
        list(STREAM.pages(api, ACCOUNT, Window(date(2026, 8, 30))))
        with pytest.raises(QuotaExhausted, match="only 150 tokens of the hour for this project left"):
            list(STREAM.pages(api, ACCOUNT, Window(date(2026, 8, 31))))
    assert len(scripted.asked) == 1
