"""Shapes that recordings of public projects and the published descriptions of the APIs taught, in words of our own."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from connectors import SOURCES
from connectors.errors import SourceError, UnreadableAnswer
from connectors.streams import Account, Page, Window
from tests.connectors.conftest import rows, stream_of
from tests.connectors.scripted import Answer
from tests.connectors.test_ga4 import EMPTY, EVENTS_REPORT, read, report

REPORTS = stream_of("ga4", "daily_reports")
PORTAL = Account("aozora", "hubspot", "24000101", None, "Asia/Tokyo", "JPY", "HUBSPOT_TOKEN_AOZORA")
WINDOW = Window(date(2026, 8, 31))


def batch(*reports):
    return Answer({"kind": "analyticsData#batchRunReports", "reports": list(reports)})


def test_a_total_without_dimensions_and_metadata_is_read_by_its_metrics(scripted):
    total = {
        "kind": "analyticsData#runReport",
        "rowCount": "1",
        "rows": [{"metricValues": [{"value": "412"}, {"value": "317.0"}]}],
        "metricHeaders": [{"type": "TYPE_INTEGER", "name": "sessions"}, {"name": "totalUsers"}],
    }
    pages = read(scripted, [batch(EMPTY, EVENTS_REPORT, EMPTY, total)])
    (row,) = rows(REPORTS, "totals", pages)
    assert (row["sessions"], row["total_users"], row["revenue_amount"], row["property_zone"]) == (412, 317, None, None)


def test_an_empty_report_may_leave_out_rows_and_count_or_send_a_null(scripted):
    silent = {"kind": "analyticsData#runReport"}
    zero = report(("date", "pagePath"), ("screenPageViews",), [], row_count=0) | {"rows": None, "totals": [{}]}
    pages = read(scripted, [batch(silent, EMPTY, zero, EMPTY)])
    assert len(pages) == 1
    assert [rows(REPORTS, table.name, pages) for table in REPORTS.tables[:4]] == [[], [], [], []]


def test_fields_that_nobody_declared_are_passed_over(scripted):
    odd = report(("date", "pagePath"), ("screenPageViews",), [("20260831", "/", "5")], section={"a": [1]})
    odd |= {"responseId": "x", "minimums": [{"metricValues": [{"value": "5"}]}]}
    (row,) = rows(REPORTS, "pages", read(scripted, [batch(EMPTY, EMPTY, odd, EMPTY)]))
    assert (row["page_path"], row["page_views"]) == ("/", 5)


def test_row_17_a_value_that_is_no_number_is_unknown_and_counted(scripted):
    """Row 17 of the fault matrix."""
    flawed = report(("date", "pagePath"), ("screenPageViews", "totalUsers"), [("20260831", "/", "(other)", "3")])
    pages = read(scripted, [batch(EMPTY, EMPTY, flawed, EMPTY)])
    assert [(row["page_views"], row["total_users"]) for row in rows(REPORTS, "pages", pages)] == [(None, 3)]
    flags = {row["report_name"]: row["unreadable_count"] for row in rows(REPORTS, "report_flags", pages)}
    assert flags["pages"] == 1


def test_row_18_rows_that_two_parts_of_a_report_share_count_once(scripted):
    """Row 18 of the fault matrix."""
    parts = [
        report(("pagePath", "date"), ("totalUsers",), [(one, "20260831", value) for one, value in lines], row_count=3)
        for lines in ((("/a", "1"), ("/b", "2")), (("/b", "2"), ("/c", "3")))
    ]
    pages = read(scripted, [batch(EMPTY, EMPTY, parts[0], EMPTY), Answer(parts[1])])
    found = [(row["page_path"], row["total_users"]) for row in rows(REPORTS, "pages", pages)]
    assert sorted(found) == [("/a", 1), ("/b", 2), ("/c", 3)]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reports": []},
        {"kind": "analyticsData#batchRunReports", "reports": [EMPTY]},
        {"error": {"code": 500, "message": "Internal error encountered.", "status": "INTERNAL"}},
        {"kind": "analyticsData#runReport", "rows": []},
    ],
)
def test_row_15_a_200_without_the_reports_is_an_error_and_no_empty_day(scripted, body):
    """Row 15 of the fault matrix."""
    with pytest.raises(UnreadableAnswer, match="of 4 reports"):
        read(scripted, [Answer(body)])


def crm(scripted, stream, answers, base="", window=WINDOW):
    scripted.answers = answers
    api = SOURCES["hubspot"].open(scripted.url + base, "a-token-for-tests")
    api.sleep = lambda seconds: None
    try:
        return list(stream_of("hubspot", stream).pages(api, PORTAL, window))
    finally:
        api.close()


@pytest.mark.parametrize("stream", ["contacts", "deals", "census", "feedback", "tickets"])
@pytest.mark.parametrize("body", [{}, {"results": None}, {"status": "error", "message": "boom"}, {"total": 0}])
def test_row_15_a_200_without_results_is_an_error_and_no_empty_day(scripted, stream, body):
    """Row 15 of the fault matrix."""
    with pytest.raises(UnreadableAnswer, match="without results"):
        crm(scripted, stream, [Answer(body)])


@pytest.mark.parametrize(("status", "message"), [(400, "There was a problem with the request."), (404, None)])
def test_an_error_with_as_little_in_it_as_the_description_allows_is_still_a_sentence(scripted, status, message):
    with pytest.raises(SourceError, match="HubSpot refused the request") as caught:
        crm(scripted, "contacts", [Answer({} if message is None else {"message": message}, status)])
    assert str(caught.value).endswith("see that the key is of this portal")


@pytest.mark.parametrize(
    ("base", "paths"),
    [
        ("", ["/crm/objects/2026-09/deals/search", "/crm/associations/2026-09/deals/contacts/batch/read"]),
        ("/2026-03", ["/crm/objects/2026-03/deals/search", "/crm/associations/2026-03/deals/contacts/batch/read"]),
        ("/v3/", ["/crm/v3/objects/deals/search", "/crm/v4/associations/deals/contacts/batch/read"]),
    ],
)
def test_the_version_is_that_of_the_base_address(scripted, base, paths):
    def answer(asked):
        return Answer({"results": [{"id": "1"}] if asked.path.endswith("search") else []})

    crm(scripted, "deals", answer, base)
    assert [asked.path.removeprefix("/base") for asked in scripted.asked][:2] == paths


def test_a_recorded_deal_has_numbers_for_ids_unasked_properties_and_a_link_in_its_paging(scripted):
    deal = {
        "archived": False,
        "associations": {"contacts": {"results": [{"id": "9", "type": "deal_to_contact"}]}},
        "createdAt": "2026-08-31T01:02:03.004Z",
        "id": 77,
        "objectWriteTraceId": "x",
        "properties": {"amount": "1250.5", "closedate": "2026-09-30", "dealstage": "17", "deal_currency_code": None},
        "updatedAt": "2026-08-31T05:00:00Z",
        "url": "https://app.hubspot.com/contacts/1/record/0-3/77",
    }

    def answer(asked):
        question = json.loads(asked.body)
        if asked.path.endswith("search"):
            more = {"paging": {"next": {"after": 1, "link": "https://elsewhere.example/?after=1"}}}
            return Answer({"results": [deal], "total": 2} | ({} if "after" in question else more))
        if "associations" in asked.path:
            return Answer({"status": "COMPLETE", "results": [{"from": {"id": "77"}, "to": [{"toObjectId": 9}]}]})
        return Answer({"status": "COMPLETE", "results": [deal | {"propertiesWithHistory": {"dealstage": []}}]})

    pages = crm(scripted, "deals", answer)
    stream = stream_of("hubspot", "deals")
    (row,) = rows(stream, "deals", pages)
    assert (row["deal_id"], row["amount"], row["currency"], row["stage"]) == ("77", Decimal("1250.50"), None, "17")
    assert row["closed_at"].date() == date(2026, 9, 30)
    assert [(one["deal_id"], one["contact_id"]) for one in rows(stream, "deal_contacts", pages)] == [("77", "9")]


def test_a_partial_batch_of_207_brings_what_it_has(scripted):
    def answer(asked):
        if asked.path.endswith("search"):
            return Answer({"results": [{"id": "1"}, {"id": "2"}]})
        errors = [{"status": "error", "category": "OBJECT_NOT_FOUND", "message": "gone", "context": {"ids": ["2"]}}]
        return Answer({"status": "COMPLETE", "results": [], "numErrors": 1, "errors": errors}, 207)

    pages = crm(scripted, "deals", answer)
    assert [page.status for page in pages] == [200, 207, 207]
    assert isinstance(pages[0], Page)


def test_placeholders_of_a_description_in_zone_and_quota_stop_nothing(scripted):
    odd = {"metadata": {"timeZone": "string"}, "propertyQuota": {"tokensPerDay": {"remaining": "string"}}}
    assert len(read(scripted, [batch(*[EMPTY | odd] * 4)])) == 1
