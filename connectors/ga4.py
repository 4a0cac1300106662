"""GA4 Data API v1beta: four reports of one property and day in one call, as Google sends them.

Reference  https://developers.google.com/analytics/devguides/reporting/data/v1
Auth       OAuth access token with analytics.readonly, sent as `Authorization: Bearer`. Such a token lives an hour;
           signing in with a service account's key file is not built yet
Paging     none in the first call; a report longer than its limit goes on with runReport and an offset
Units      every value is text; key events are fractional; money in the property's currency; engagement in seconds
Zone       a day is the property's, `metadata.timeZone`
Personal   nothing is asked for; landing pages come without their query
Restates   figures change for 48 hours, sources of traffic for longer: four trailing days are read again, whole
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.errors import UnreadableAnswer, names_the_token
from connectors.ga4_dialect import DIALECT
from connectors.ga4_tables import KEY_EVENTS, PAGES, TOTALS, TRAFFIC
from connectors.http import Api
from connectors.streams import Account, Page, Source, Stream, Window

LIMIT = 100_000
TRAFFIC_METRICS = (
    "sessions",
    "engagedSessions",
    "newUsers",
    "totalUsers",
    "userEngagementDuration",
    "screenPageViews",
    "keyEvents",
    "totalRevenue",
)
ONLY_KEY_EVENTS = {"filter": {"fieldName": "isKeyEvent", "stringFilter": {"matchType": "EXACT", "value": "true"}}}
# Dimensions, metrics, filter of each report; what a table reads is told apart by its dimensions (ga4_tables).
REPORTS: tuple[tuple[tuple[str, ...], tuple[str, ...], dict[str, Any] | None], ...] = (
    (
        (
            "date",
            "landingPage",
            "sessionSource",
            "sessionMedium",
            "sessionCampaignName",
            "sessionManualAdContent",
            "sessionDefaultChannelGroup",
        ),
        TRAFFIC_METRICS,
        None,
    ),
    (
        ("date", "eventName", "sessionSource", "sessionMedium", "sessionManualAdContent"),
        ("keyEvents", "eventCount"),
        ONLY_KEY_EVENTS,
    ),
    (("date", "pagePath"), ("screenPageViews", "totalUsers"), None),
    (("date",), TRAFFIC_METRICS, None),
)


@names_the_token
def daily_reports(api: Api, account: Account, window: Window) -> Iterator[Page]:
    """Yield the four reports of one day, then the rest of those that were longer than one answer."""
    questions = [_question(window, *report) for report in REPORTS]
    path = f"/v1beta/properties/{account.account_id}"
    first = api.post(f"{path}:batchRunReports", {"requests": questions})
    reports = first.json.get("reports", [])
    if len(reports) != len(questions):
        raise UnreadableAnswer(f"GA4 answered {len(reports)} of {len(questions)} reports: run again later")
    yield first.page
    for question, report in zip(questions, reports, strict=True):
        yield from _rest(api, path, question, report)


def _question(
    window: Window, dimensions: tuple[str, ...], metrics: tuple[str, ...], only: dict[str, Any] | None
) -> dict[str, Any]:
    day = window.day.isoformat()
    question: dict[str, Any] = {
        "dateRanges": [{"startDate": day, "endDate": day}],
        "dimensions": [{"name": name} for name in dimensions],
        "metrics": [{"name": name} for name in metrics],
        # Without an order Google promises none, and pages could overlap.
        "orderBys": [{"dimension": {"dimensionName": name}} for name in dimensions],
        "limit": str(LIMIT),
        "offset": "0",
        "returnPropertyQuota": True,
    }
    return question | ({"dimensionFilter": only} if only else {})


def _rest(api: Api, path: str, question: dict[str, Any], report: dict[str, Any]) -> Iterator[Page]:
    count, have = report.get("rowCount", 0), len(report.get("rows", ()))
    while have < count:
        reply = api.post(f"{path}:runReport", question | {"offset": str(have)})
        rows = len(reply.json.get("rows", ()))
        if not rows or reply.json.get("rowCount") != count:
            raise UnreadableAnswer("GA4 changed a report while it was read page by page: run again")
        yield reply.page
        have += rows


SOURCE = Source(
    name="ga4",
    base_url_env="GA4_BASE_URL",
    default_base_url="https://analyticsdata.googleapis.com",
    accounts_at_once=24,  # its limits are each account's own
    streams=(Stream("daily_reports", "window", daily_reports, (TRAFFIC, KEY_EVENTS, PAGES, TOTALS), restates_days=4),),
    open=lambda base_url, token: Api(DIALECT, base_url, token),
)
