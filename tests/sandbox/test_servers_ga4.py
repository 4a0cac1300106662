"""GA4 Data API: validation, shapes, filters, and how a day settles."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

PROPERTY = "/v1beta/properties/310000101"
TOKYO = ZoneInfo("Asia/Tokyo")
SETTLED = "2026-07-13"


def named(*names):
    return [{"name": name} for name in names]


def body(dimensions=(), metrics=("sessions",), day="2026-07-07", until=None, **more):
    ranges = [{"startDate": day, "endDate": until or day}]
    return {"dimensions": named(*dimensions), "metrics": named(*metrics), "dateRanges": ranges, **more}


def run(served, document, at=SETTLED, **more):
    return served.ask("ga4", f"{PROPERTY}:runReport", at=at, method="POST", json=document, **more)


def table(reply):
    """Return the rows as {dimension values: metric values}, texts as sent."""
    return {
        tuple(value["value"] for value in row.get("dimensionValues", [])): [v["value"] for v in row["metricValues"]]
        for row in reply.json().get("rows", [])
    }


def sessions_of(served, day):
    rows = served.world.sessions["aozora"]
    days = [datetime.fromtimestamp(second, UTC).astimezone(TOKYO).date().isoformat() for second in rows["started_at"]]
    return rows[[one == day for one in days]]


# ---------- refusals


def refusal(reply):
    error = reply.json()["error"]
    assert reply.status_code == error["code"]
    return error["status"], error["message"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            body(["sesionSource"]),
            "Did you mean sessionSource? Field sesionSource is not a valid dimension. For a list of valid dimensions "
            "and metrics, see https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema ",
        ),
        (
            body(metrics=["conversions"]),
            "Field conversions is not a valid metric.  For a list of valid dimensions and metrics, see "
            "https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema ",
        ),
        (body(metrics=[]), "Requests require dimensions and/or metrics. Most requests include both."),
        (
            body(
                ["date", "landingPage", "pagePath", "eventName", "isKeyEvent", "sessionSource", "sessionMedium",
                 "sessionCampaignName", "sessionManualSource", "sessionManualMedium"]
            ),
            "Requests are limited to 9 dimensions within a nested request. This request is for 10 dimensions.",
        ),
        (
            {**body(), "segments": []},
            'Invalid JSON payload received. Unknown name "segments": Cannot find field.',
        ),
        (body(limit="ten"), "Invalid value at 'limit' (TYPE_INT64), \"ten\""),
        (body(limit="0"), "The limit must be at least 1. This request is for 0."),
        (body(day="2026-07-09", until="2026-07-08"),
         "Invalid date range: startDate 2026-07-09 must not be after endDate 2026-07-08."),
        (body(day="July"), "Invalid startDate: July. Dates are YYYY-MM-DD, NdaysAgo, yesterday or today."),
    ],
)  # fmt: skip
def test_a_report_that_cannot_be_is_refused_with_the_reason(served, document, message):
    status, told = refusal(run(served, document))
    assert (status, told.removeprefix("Did you mean sessions? ")) == ("INVALID_ARGUMENT", message)


def test_no_token_is_401_and_a_foreign_property_403(served):
    assert refusal(run(served, body(), token=None))[0] == "UNAUTHENTICATED"
    foreign = served.ask("ga4", "/v1beta/properties/1:runReport", method="POST", json=body())
    assert refusal(foreign)[0] == "PERMISSION_DENIED"


def test_a_batch_holds_at_most_five_reports_and_one_bad_one_refuses_it(served):
    path = f"{PROPERTY}:batchRunReports"
    six = served.ask("ga4", path, method="POST", json={"requests": [body()] * 6})
    one_bad = served.ask("ga4", path, method="POST", json={"requests": [body(), body(["nonsense"])]})
    good = served.ask("ga4", path, method="POST", json={"requests": [body()] * 5}).json()
    assert (six.status_code, one_bad.status_code) == (400, 400)
    assert (len(good["reports"]), good["kind"]) == (5, "analyticsData#batchRunReports")


# ---------- shapes


def test_every_value_is_a_string_and_the_headers_say_what_it_is(served):
    rows = sessions_of(served, "2026-07-07")
    asked = body(
        ["date"], ["sessions", "keyEvents", "totalRevenue", "userEngagementDuration"], returnPropertyQuota=True
    )
    answer = run(served, asked).json()
    revenue = Decimal(int(rows["revenue_cents"].sum())).scaleb(-2)
    assert answer["rows"] == [
        {
            "dimensionValues": [{"value": "20260707"}],
            "metricValues": [
                {"value": str(len(rows))},
                {"value": f"{int(rows['leads'].sum() + rows['purchases'].sum())}.0"},
                {"value": str(revenue)},
                {"value": str(rows["engagement_s"].sum())},
            ],
        }
    ]
    assert answer["dimensionHeaders"] == [{"name": "date"}]
    assert answer["metricHeaders"] == [
        {"name": "sessions", "type": "TYPE_INTEGER"},
        {"name": "keyEvents", "type": "TYPE_FLOAT"},
        {"name": "totalRevenue", "type": "TYPE_CURRENCY"},
        {"name": "userEngagementDuration", "type": "TYPE_SECONDS"},
    ]
    assert answer["rowCount"] == 1
    assert answer["metadata"] == {"currencyCode": "JPY", "timeZone": "Asia/Tokyo"}
    assert answer["kind"] == "analyticsData#runReport"
    assert answer["propertyQuota"]["tokensPerDay"]["consumed"] == 1


def test_rows_and_row_count_are_absent_when_there_is_nothing(served):
    answer = run(served, body(["date"], day="2026-07-20"), at=SETTLED).json()
    assert set(answer) == {"dimensionHeaders", "metricHeaders", "metadata", "kind"}


def test_the_row_count_is_the_same_on_each_page_and_the_pages_add_up(served):
    whole = run(served, body(["landingPage", "sessionSource"], ["sessions"])).json()
    pages = [
        run(served, body(["landingPage", "sessionSource"], limit="7", offset=str(offset))).json()
        for offset in range(0, whole["rowCount"], 7)
    ]
    assert {page["rowCount"] for page in pages} == {whole["rowCount"]}
    assert [row for page in pages for row in page["rows"]] == whole["rows"]


def test_rows_come_in_the_order_asked_for(served):
    order = [{"metric": {"metricName": "sessions"}, "desc": True}, {"dimension": {"dimensionName": "sessionSource"}}]
    rows = table(run(served, body(["sessionSource"], orderBys=order)))
    counts = [int(values[0]) for values in rows.values()]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) > 3


def test_relative_days_are_the_propertys_own(served):
    # 2026-07-08 16:00Z is already the 9th in Tokyo.
    answer = run(served, body(["date"], day="yesterday"), at="2026-07-08T16:00:00Z")
    assert list(table(answer)) == [("20260708",)]


def test_the_metadata_lists_what_can_be_asked(served):
    answer = served.ask("ga4", f"{PROPERTY}/metadata").json()
    metrics = {entry["apiName"]: entry for entry in answer["metrics"]}
    assert answer["name"] == "properties/310000101/metadata"
    assert (metrics["keyEvents"]["type"], metrics["keyEvents"]["deprecatedApiNames"]) == ("TYPE_FLOAT", ["conversions"])
    assert "sessionManualAdContent" in [entry["apiName"] for entry in answer["dimensions"]]


# ---------- counting


def test_a_settled_day_has_every_tracked_session_by_source_and_landing_page(served):
    rows = sessions_of(served, "2026-07-07")
    keys = ("landing_page", "source", "medium", "campaign")
    expected = Counter(zip(*(rows[key].tolist() for key in keys), strict=True))
    asked = ["landingPage", "sessionSource", "sessionMedium", "sessionCampaignName"]
    found = {key: int(values[0]) for key, values in table(run(served, body(asked))).items() if values[0] != "0"}
    assert found == dict(expected)


def test_users_do_not_add_up_over_days(served):
    by_day = table(run(served, body(["date"], ["totalUsers"], day="2026-07-01", until="2026-07-10")))
    ((whole,),) = table(run(served, body([], ["totalUsers"], day="2026-07-01", until="2026-07-10"))).values()
    assert int(whole) < sum(int(values[0]) for values in by_day.values())


def test_key_event_credit_is_shared_between_sources_and_keeps_its_total(served):
    asked = {"day": "2026-07-01", "until": "2026-07-08"}
    by_source = table(run(served, body(["date", "sessionSource", "sessionManualAdContent"], ["keyEvents"], **asked)))
    totals = table(run(served, body(["date"], ["keyEvents"], **asked)))
    shares = [float(values[0]) for values in by_source.values()]
    assert any(share % 1 for share in shares)
    for (day,), (total,) in totals.items():
        parts = sum(float(values[0]) for key, values in by_source.items() if key[0] == day)
        assert float(total) == int(float(total)) == pytest.approx(parts)


def test_session_content_is_the_post_that_was_clicked_or_not_set(served):
    posts = {post.native_id for found in served.world.posts.values() for post in found}
    contents = {key[0] for key in table(run(served, body(["sessionManualAdContent"])))}
    assert contents <= posts | {"bio", "(not set)"}
    assert {"bio", "(not set)"} < contents


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"filter": {"fieldName": "sessionSource", "stringFilter": {"value": "X"}}}, {"x"}),
        ({"filter": {"fieldName": "sessionSource", "stringFilter": {"value": "X", "caseSensitive": True}}}, set()),
        (
            {"filter": {"fieldName": "sessionSource", "stringFilter": {"matchType": "BEGINS_WITH", "value": "insta"}}},
            {"instagram"},
        ),
        ({"filter": {"fieldName": "sessionSource", "inListFilter": {"values": ["x", "google"]}}}, {"x", "google"}),
        (
            {
                "andGroup": {
                    "expressions": [
                        {"filter": {"fieldName": "sessionMedium", "stringFilter": {"value": "social"}}},
                        {"notExpression": {"filter": {"fieldName": "sessionSource", "stringFilter": {"value": "x"}}}},
                    ]
                }
            },
            {"instagram"},
        ),
        (
            {
                "orGroup": {
                    "expressions": [
                        {"filter": {"fieldName": "sessionSource", "stringFilter": {"value": "x"}}},
                        {"filter": {"fieldName": "sessionSource", "stringFilter": {"value": "instagram"}}},
                    ]
                }
            },
            {"x", "instagram"},
        ),
    ],
)
def test_a_filter_keeps_the_rows_it_names(served, expression, expected):
    assert {key[0] for key in table(run(served, body(["sessionSource"], dimensionFilter=expression)))} == expected


def test_a_filter_on_key_events_counts_the_events_themselves(served):
    rows = sessions_of(served, "2026-07-07")
    is_key = {"filter": {"fieldName": "isKeyEvent", "stringFilter": {"value": "true"}}}
    found = table(run(served, body(["eventName"], ["eventCount", "keyEvents"], dimensionFilter=is_key)))
    leads, purchases = int(rows["leads"].sum()), int(rows["purchases"].sum())
    expected = {("generate_lead",): [str(leads), f"{leads}.0"], ("purchase",): [str(purchases), f"{purchases}.0"]}
    assert found == {key: values for key, values in expected.items() if values[0] != "0"}


def test_page_views_by_page_add_up_and_sessions_by_page_overlap(served):
    rows = sessions_of(served, "2026-07-07")
    by_page = table(run(served, body(["pagePath"], ["screenPageViews", "sessions"])))
    assert sum(int(values[0]) for values in by_page.values()) == rows["page_views"].sum()
    assert sum(int(values[1]) for values in by_page.values()) > len(rows)


# ---------- settling


def test_a_day_is_partial_then_nearly_whole_then_final(served):
    # 2026-07-07 in Tokyo ends at 15:00Z.
    moments = ("2026-07-07T06:00:00Z", "2026-07-08", "2026-07-08T15:00:00Z")
    partial, nearly, final = (int(table(run(served, body(["date"]), at=at))[("20260707",)][0]) for at in moments)
    assert partial < nearly < final == len(sessions_of(served, "2026-07-07"))
    assert 0.93 * final < nearly


def test_some_sources_are_not_available_on_the_first_day_and_are_named_later(served):
    early, late = (table(run(served, body(["sessionSource"]), at=at)) for at in ("2026-07-08", "2026-07-09"))
    assert ("(data not available)",) in early
    assert ("(data not available)",) not in late


def test_nothing_from_the_future_is_counted(served):
    assert "rows" not in run(served, body(["date"]), at="2026-07-06").json()
