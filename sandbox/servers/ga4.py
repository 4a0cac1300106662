"""GA4 Data API v1beta: runReport, batchRunReports and metadata of a property.

Values      every one a string; `rows` and `rowCount` absent when there is nothing
Days        of the property's zone; how far a day has settled is decided in `ga4_sessions`
Quota       three token ledgers (day, project hour, hour) per property; a report costs 1 + a thousandth of its rows
Caveats     (other) rows, thresholds, samples, truncation and hidden revenue, where a fault scripts them
Left out    metricAggregations, cohorts, comparisons, pivots
"""

import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from sandbox.servers import ga4_caveats
from sandbox.servers.ga4_query import rows
from sandbox.servers.ga4_request import BadRequest, Report, checked
from sandbox.servers.ga4_schema import DIMENSIONS, METRICS, metadata
from sandbox.servers.ga4_sessions import Hits
from sandbox.servers.wire import Ask, Reply

ROUTE = re.compile(r"v1beta/properties/(\d+)(?::(runReport|batchRunReports)|/(metadata))$")
STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
MISSING = (
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other "
    "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
FORBIDDEN = (
    "User does not have sufficient permissions for this property. To learn more about Property ID, see "
    "https://developers.google.com/analytics/devguides/reporting/data/v1/property-id."
)
# (field of propertyQuota, tokens, length of the ledger's key in the text of the present)
LEDGERS = (
    ("tokensPerDay", 200_000, 10),
    ("tokensPerHour", 40_000, 13),
    ("tokensPerProjectPerHour", 14_000, 13),
)


def refused(status: int, message: str) -> Reply:
    """Return Google's error envelope."""
    return Reply({"error": {"code": status, "message": message, "status": STATUS[status]}}, status)


class Ga4:
    """Reports of every property of the world."""

    name = "ga4"

    def __init__(self, view) -> None:
        self.view, self.hits, self.spent = view, Hits(view), {}

    def refusal(self) -> Reply:
        """Return the answer to a token that is missing or not accepted."""
        return refused(401, MISSING)

    def failure(self, status: int) -> Reply:
        """Return the source's own words for a failure."""
        words = {500: "Internal error encountered.", 503: "The service is currently unavailable."}
        return refused(status, words.get(status, "Exhausted concurrent requests quota."))

    def rate_limited(self, _ask: Ask) -> Reply:
        """Return the refusal of an exhausted quota, as this source words it."""
        return refused(429, "Exhausted property tokens for a project per hour.")

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        route = ROUTE.match(ask.path)
        if route is None or ask.method != ("GET" if route[3] else "POST"):
            return Reply(b"<!DOCTYPE html><title>Error 404 (Not Found)</title>", 404, media_type="text/html")
        property_id, call = route[1], route[2] or route[3]
        account = self.view.account("ga4", property_id)
        if not ask.token or (account and not self.view.accepts(account, ask.token)):
            return self.refusal()
        if account is None and (call, property_id) != ("metadata", "0"):
            return refused(403, FORBIDDEN)
        if call == "metadata":
            return Reply(metadata(property_id))
        try:
            return self._reports(ask, account, call)
        except BadRequest as refusal:
            return refused(400, str(refusal))

    def _reports(self, ask: Ask, account, call: str) -> Reply:
        body = ask.document()
        if not isinstance(body, dict):
            raise BadRequest("Invalid JSON payload received. Unexpected end of string.")
        asked = body.get("requests", []) if call == "batchRunReports" else [body]
        if not isinstance(asked, list) or not 1 <= len(asked) <= 5:
            raise BadRequest("A batch request needs between 1 and 5 requests.")
        today = ask.present.astimezone(ZoneInfo(account.zone)).date()
        # Every request of a batch is checked before any is run: one bad request refuses the batch.
        reports = [checked(one, account.account_id, today) for one in asked]
        if exhausted := self._exhausted(account, ask):
            return refused(429, exhausted)
        answers = [self._report(report, account, ask) for report in reports]
        if call == "runReport":
            return Reply(answers[0])
        return Reply({"reports": answers, "kind": "analyticsData#batchRunReports"})

    def _report(self, report: Report, account, ask: Ask) -> dict:
        needed = _fields_used(report)
        by_event = any(DIMENSIONS[name][2] == "event" for name in needed if name in DIMENSIONS)
        found = []
        for name, first, last in report.ranges:
            hits = self.hits.between(account, first, last, ask.present, by_event)
            several = (name,) if len(report.ranges) > 1 else ()
            found += [(key + several, values) for key, values in rows(report, ga4_caveats.drawn(ask.caveat, hits))]
        found, said = ga4_caveats.told(ask.caveat, report, found)
        page = found[report.offset : report.offset + report.limit]
        headers = [*report.dimensions, *(["dateRange"] if len(report.ranges) > 1 else [])]
        answer = {
            "dimensionHeaders": [{"name": name} for name in headers],
            "metricHeaders": [{"name": name, "type": METRICS[name][2]} for name in report.metrics],
            "rows": [
                {
                    "dimensionValues": [{"value": value} for value in key],
                    "metricValues": [{"value": _text(value)} for value in values],
                }
                for key, values in page
            ],
            "rowCount": len(found),
            "metadata": {"currencyCode": report.currency or account.currency, "timeZone": account.zone, **said},
            "kind": "analyticsData#runReport",
        }
        # proto3 JSON leaves out what is empty or zero.
        for name in ("dimensionHeaders", "metricHeaders", "rows", "rowCount"):
            if not answer[name]:
                del answer[name]
        quota = self._quota(account, ask, 1 + len(found) // 1000)
        return {**answer, "propertyQuota": quota} if report.wants_quota else answer

    def _exhausted(self, account, ask: Ask) -> str:
        words = {
            "tokensPerDay": "Exhausted property tokens per day. These quota tokens will return in under 24 hours.",
            "tokensPerHour": "Exhausted property tokens per hour.",
            "tokensPerProjectPerHour": "Exhausted property tokens for a project per hour.",
        }
        for name, limit, length in LEDGERS:
            if self.spent.get((account.account_id, name, _pacific(ask)[:length]), 0) >= limit:
                return words[name]
        return ""

    def _quota(self, account, ask: Ask, cost: int) -> dict:
        quota = {}
        for name, limit, length in LEDGERS:
            key = (account.account_id, name, _pacific(ask)[:length])
            self.spent[key] = self.spent.get(key, 0) + cost
            quota[name] = {"consumed": cost, "remaining": limit - self.spent[key]}
        quota["concurrentRequests"] = {"remaining": 10}
        quota["serverErrorsPerProjectPerHour"] = {"remaining": 10}
        quota["potentiallyThresholdedRequestsPerHour"] = {"remaining": 120}
        return quota


def _pacific(ask: Ask) -> str:
    # The daily quota starts again at midnight Pacific.
    return f"{ask.present.astimezone(ZoneInfo('America/Los_Angeles')):%Y-%m-%dT%H}"


def _text(value: int | float | Decimal) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _fields_used(report: Report) -> set[str]:
    names = set(report.dimensions)

    def walk(expression: dict) -> None:
        for inner in expression.get("andGroup", expression.get("orGroup", {})).get("expressions", []):
            walk(inner)
        if "notExpression" in expression:
            walk(expression["notExpression"])
        if "filter" in expression:
            names.add(expression["filter"]["fieldName"])

    if report.dimension_filter:
        walk(report.dimension_filter)
    return names
