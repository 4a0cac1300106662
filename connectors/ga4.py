"""GA4 Data API v1beta: four reports of one property and day in one call, as Google sends them.

Reference  https://developers.google.com/analytics/devguides/reporting/data/v1
Auth       OAuth access token with analytics.readonly, sent as `Authorization: Bearer`, or the JSON key of a service
           account, from which tokens are made (ga4_signin)
Paging     none in the first call; a report longer than its limit goes on with runReport and an offset
Units      every value is text; key events are fractional; money in the property's currency; engagement in seconds
Zone       a day is the property's, `metadata.timeZone`; one that is not over there is left to the next run
Personal   nothing is asked for, and landing pages come without their query; an e-mail that somebody wrote into a tag
           is masked
Restates   figures change for 48 hours, sources of traffic for longer, key events for up to 90 days: four trailing
           days are read again, whole, and each day once more after 14 and after 90 days
Caveats    what Google folded, withheld, sampled or cut stands in table report_flags, a row a report
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.dialect import Reply
from connectors.errors import NotTold, QuotaExhausted, RequestRefused, UnreadableAnswer, names_the_token
from connectors.ga4_examination import examine
from connectors.ga4_signin import opened
from connectors.ga4_tables import KEY_EVENTS, PAGES, REPORT_FLAGS, TOTALS, TRAFFIC
from connectors.http import Api
from connectors.streams import Account, Page, Source, Stream, Window

LIMIT = 100_000
# A batch costs some tens of tokens, unknown in advance; other tools of the customer live on the same quota.
TOKENS_KEPT = 200
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
CHANGED = "GA4 changed a report while it was read page by page: run again"
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
    _refuse_an_open_day(api, window.day)
    _keep_under_the_quota(api)
    path = f"/v1beta/properties/{account.account_id}"
    questions = [_question(window, *report) for report in REPORTS]
    first, questions = _asked(api, path, questions)
    reports = first.json.get("reports") or []
    if len(reports) != len(questions):
        raise UnreadableAnswer(f"GA4 answered {len(reports)} of {len(questions)} reports: run again later")
    api.memory["zone"] = _zone(reports[0])
    _refuse_an_open_day(api, window.day)
    yield first.page
    for question, report in zip(questions, reports, strict=True):
        yield from _rest(api, path, question, report)


def _refuse_an_open_day(api: Api, day: date) -> None:
    """Refuse a day of which hours are still to come, once the property has told its zone."""
    zone = api.memory.get("zone")
    if zone and day >= api.present().astimezone(zone).date():
        raise NotTold(f"{day} is not over in the property's zone {zone}: the next run has it whole")


def _zone(report: dict[str, Any]) -> ZoneInfo | None:
    try:
        return ZoneInfo(str((report.get("metadata") or {}).get("timeZone")))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _keep_under_the_quota(api: Api) -> None:
    left = api.usage.quota_left
    if left is not None and int(left.split()[0]) < TOKENS_KEPT:
        raise QuotaExhausted(
            f"GA4 has only {left} left for this property: what is missing comes with the next run, after an hour or a"
            " day"
        )


def _asked(api: Api, path: str, questions: list[dict[str, Any]]) -> tuple[Reply, list[dict[str, Any]]]:
    """Ask the reports; where a name is refused, ask the property how it calls its metrics, and once more."""
    try:
        return api.post(f"{path}:batchRunReports", {"requests": questions}), questions
    except RequestRefused as caught:
        if "is not a valid metric" not in str(caught):
            raise
    known = _names(api.get(f"{path}/metadata"))
    renamed = [
        question | {"metrics": [{"name": known.get(one["name"], one["name"])} for one in question["metrics"]]}
        for question in questions
    ]
    return api.post(f"{path}:batchRunReports", {"requests": renamed}), renamed


def _names(metadata: Reply) -> dict[str, str]:
    """Return the property's own spelling of each metric that has or had another name."""
    listed = metadata.json.get("metrics") or []
    spelled = {one.get("apiName") for one in listed}
    names = {old: one["apiName"] for one in listed for old in one.get("deprecatedApiNames") or []}
    # Before 2024 key events were called conversions.
    return {"keyEvents": "conversions"} | names if "keyEvents" not in spelled else names


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
    """Yield what follows the first part of a report, and refuse the whole if a row slipped between two parts."""
    count, read = int(report.get("rowCount") or 0), _keys(report)
    while len(read) < count:
        _keep_under_the_quota(api)
        reply = api.post(f"{path}:runReport", question | {"offset": str(len(read))})
        rows = _keys(reply.json)
        if not rows or int(reply.json.get("rowCount") or 0) != count:
            raise UnreadableAnswer(CHANGED)
        yield reply.page
        read += rows
    if len(set(read)) < count:
        raise UnreadableAnswer(CHANGED)


def _keys(report: dict[str, Any]) -> list[tuple[str | None, ...]]:
    """Return the dimensions of each row, which no other row of a report shares."""
    return [tuple(value.get("value") for value in row.get("dimensionValues") or ()) for row in report.get("rows") or ()]


SOURCE = Source(
    name="ga4",
    base_url_env="GA4_BASE_URL",
    default_base_url="https://analyticsdata.googleapis.com",
    accounts_at_once=24,  # its limits are each account's own
    streams=(
        Stream(
            "daily_reports",
            "window",
            daily_reports,
            (TRAFFIC, KEY_EVENTS, PAGES, TOTALS, REPORT_FLAGS),
            restates_days=4,
            revisits=(14, 90),
            personal={"value": "mask"},
        ),
    ),
    open=opened,
    examine=examine,
)
