"""What GA4 tells less than whole, over real HTTP: recorded with the extract, and never taken for the whole."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from urllib.request import urlopen

import pytest

from connectors.errors import NotTold, QuotaExhausted
from connectors.streams import Account, Window
from tests.connectors.conftest import rows, stream_of
from tests.connectors.scripted import Answer
from tests.connectors.test_ga4 import EMPTY, opened, report

LATER, DAY = "2026-07-20", date(2026, 7, 8)
STREAM = stream_of("ga4", "daily_reports")


@pytest.fixture
def told(sandbox):
    def under(caveat):
        sandbox.faults([{"source": "ga4", "what": caveat}] if caveat else [])
        pages = sandbox.pages("ga4", "daily_reports", "aozora", LATER, Window(DAY))
        return {table.name: rows(STREAM, table.name, pages) for table in STREAM.tables}

    yield under
    sandbox.faults([])


def flags(found, name):
    return {row["report_name"]: row[name] for row in found["report_flags"]}


def sessions(found):
    return sum(row["sessions"] for row in found["traffic"])


def test_a_property_that_gives_everything_has_no_flag(told):
    found = told("")
    assert {row["report_name"] for row in found["report_flags"]} == {"traffic", "key_events", "pages", "totals"}
    assert not any(flags(found, "has_other_row").values()) and not any(flags(found, "is_thresholded").values())
    assert set(flags(found, "sampled_share").values()) == {None}


def test_combinations_folded_into_other_are_flagged_and_keep_their_sum(told):
    whole, folded = told(""), told("other_row")
    assert sessions(folded) == sessions(whole)
    (other,) = [row for row in folded["traffic"] if row["landing_page"] == "(other)"]
    assert (other["date"], other["source"]) == (None, "(other)")
    assert all(flags(folded, "has_other_row").values())


def test_groups_that_are_withheld_leave_the_breakdown_short_of_the_totals(told):
    whole, withheld = told(""), told("thresholded")
    assert withheld["totals"] == whole["totals"]
    assert 0 < sessions(withheld) < whole["totals"][0]["sessions"]
    assert all(row["total_users"] >= 10 for row in withheld["traffic"])
    assert all(flags(withheld, "is_thresholded").values())


def test_a_sample_is_flagged_with_the_share_that_was_read(told):
    found = told("sampled")
    assert set(flags(found, "sampled_share").values()) == {0.25}
    assert all(row["is_sampled"] for row in found["traffic"])
    assert found["totals"][0]["sessions"] % 4 == 0


def test_a_truncated_report_is_flagged_with_its_reason(told):
    found = told("data_truncated")
    assert set(flags(found, "truncation").values()) == {"DATA_TRUNCATION_TYPE_PROPERTY"}
    assert len(found["traffic"]) == (len(told("")["traffic"]) + 1) // 2


def test_revenue_that_may_not_be_seen_is_unknown_in_every_row(told):
    found = told("revenue_hidden")
    assert {row["revenue_amount"] for row in found["traffic"] + found["totals"]} == {None}
    assert {row["revenue_amount"] for row in told("")["totals"]} != {None}
    assert flags(found, "hidden_metrics") == {
        "traffic": "totalRevenue",
        "totals": "totalRevenue",
        "key_events": None,
        "pages": None,
    }


def test_the_day_that_is_not_over_in_the_propertys_zone_is_never_loaded_as_whole(scripted):
    # The source's clock says midnight UTC of 1 September: five in the afternoon of 31 August in Los Angeles.
    west = [report(("date",), ("sessions",), [("20260831", "9")], timeZone="America/Los_Angeles")] * 4
    scripted.answers = [Answer({"reports": west})]
    account = Account("aozora", "ga4", "310000101", None, "Asia/Tokyo", "JPY", "GA4_TOKEN_AOZORA")
    with opened(scripted.url) as api:
        assert len(list(STREAM.pages(api, account, Window(date(2026, 8, 30))))) == 1
        with pytest.raises(NotTold, match="2026-08-31 is not over in the property's zone America/Los_Angeles"):
            list(STREAM.pages(api, account, Window(date(2026, 8, 31))))
    assert len(scripted.asked) == 1, "the zone was known by then: no token is spent on half a day"


def test_a_report_is_not_read_on_with_the_last_tokens(scripted):
    first = report(("pagePath", "date"), ("totalUsers",), [("/", "20260831", "1")], row_count=2)
    quota = {"propertyQuota": {"tokensPerHour": {"consumed": 90, "remaining": 120}}}
    scripted.answers = [Answer({"reports": [EMPTY, EMPTY, first, EMPTY | quota]})]
    account = Account("aozora", "ga4", "310000101", None, "Asia/Tokyo", "JPY", "GA4_TOKEN_AOZORA")
    with opened(scripted.url) as api, pytest.raises(QuotaExhausted, match="only 120 tokens of the hour left"):
        list(STREAM.pages(api, account, Window(date(2026, 8, 31))))
    assert len(scripted.asked) == 1


def test_a_property_day_takes_one_call_and_three_at_most(sandbox):
    def asked():
        with urlopen(f"{sandbox.root}/requests") as reply:
            return [entry["path"] for entry in json.loads(reply.read()) if entry["source"] == "ga4"]

    before, days = len(asked()), [date(2026, 7, number) for number in range(3, 12)]
    for day in days:
        sandbox.pages("ga4", "daily_reports", "nordlicht", LATER, Window(day))
    calls = [path for path in asked()[before:] if path != "/"]
    assert calls == ["/v1beta/properties/310000102:batchRunReports"] * len(days)
    assert len(calls) <= 3 * len(days)


def test_key_events_are_fractions_of_which_each_day_keeps_the_sum(told):
    found = told("")
    assert sum(row["key_events"] for row in found["key_events"]).quantize(Decimal("0.001")) == found["totals"][0][
        "key_events"
    ].quantize(Decimal("0.001"))


@pytest.mark.parametrize(
    ("zone", "day", "now", "is_over"),
    [
        ("Europe/Berlin", "2026-10-25", "Sun, 25 Oct 2026 22:59:59 GMT", False),  # a day of 25 hours
        ("Europe/Berlin", "2026-10-25", "Sun, 25 Oct 2026 23:00:00 GMT", True),
        ("Europe/Berlin", "2026-03-29", "Sun, 29 Mar 2026 21:59:59 GMT", False),  # and of 23
        ("Europe/Berlin", "2026-03-29", "Sun, 29 Mar 2026 22:00:00 GMT", True),
        ("Australia/Lord_Howe", "2026-10-04", "Sun, 04 Oct 2026 13:00:00 GMT", True),
        ("Pacific/Kiritimati", "2026-08-31", "Mon, 31 Aug 2026 10:00:00 GMT", True),  # over before UTC's day
    ],
)
def test_a_day_is_over_when_it_is_over_in_the_propertys_zone_also_when_clocks_change(scripted, zone, day, now, is_over):
    told = [report(("date",), ("sessions",), [], timeZone=zone)] * 4
    scripted.answers = [Answer({"reports": told}, headers={"Date": now})]
    account = Account("aozora", "ga4", "310000101", None, "Asia/Tokyo", "JPY", "GA4_TOKEN_AOZORA")
    with opened(scripted.url) as api:
        pages = STREAM.pages(api, account, Window(date.fromisoformat(day)))
        if is_over:
            assert len(list(pages)) == 1
        else:
            with pytest.raises(NotTold):
                list(pages)
