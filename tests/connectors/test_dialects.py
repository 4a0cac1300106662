"""What each error answer of each source means: who has to do something, or how long to wait."""

import json

import pytest

from connectors import SOURCES
from connectors.errors import (
    PermissionMissing,
    QuotaExhausted,
    RequestRefused,
    SourceError,
    SourceUnavailable,
    TokenRefused,
)
from tests.connectors.scripted import Answer

AGAIN = 1788220800  # 2026-09-01T00:00:00Z, the scripted present


def graph(code, message="No", status=400, headers=None, **more):
    return Answer(
        {"error": {"message": message, "type": "OAuthException", "code": code, **more}}, status, headers or {}
    )


def busy(minutes):
    usage = {"1": [{"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": minutes}]}
    return {"X-Business-Use-Case-Usage": json.dumps(usage)}


def x(status, **problem):
    headers = problem.pop("headers", {})
    return Answer({"status": status, **problem}, status, headers)


def google(http, status, message="No", **more):
    return Answer({"error": {"code": http, "message": message, "status": status, **more}}, http)


def hubspot(status, headers=None, **more):
    return Answer({"status": "error", "message": "No", **more}, status, headers or {})


X_PROBLEM = "https://api.x.com/2/problems/"
# source, answer, what it means, seconds waited before each further try
CASES = {
    "graph 190": ("instagram", graph(190, error_subcode=463), TokenRefused, []),
    "graph 102": ("instagram", graph(102), TokenRefused, []),
    "graph 80002 with minutes": ("instagram", graph(80002, headers=busy(2)), QuotaExhausted, [120] * 4),
    "graph 80002 for hours": ("instagram", graph(80002, headers=busy(600)), QuotaExhausted, []),
    "graph 4 untold": ("instagram", graph(4), QuotaExhausted, [60] * 4),
    "graph 17": ("instagram", graph(17), QuotaExhausted, [60] * 4),
    "graph 32": ("instagram", graph(32), QuotaExhausted, [60] * 4),
    "graph 613": ("instagram", graph(613), QuotaExhausted, [60] * 4),
    "graph 10": ("instagram", graph(10), PermissionMissing, []),
    "graph 200": ("instagram", graph(200, status=403), PermissionMissing, []),
    "graph 1 at 400": ("instagram", graph(1), SourceUnavailable, [None] * 4),
    "graph 2": ("instagram", graph(2, status=500), SourceUnavailable, [None] * 4),
    "graph too much": (
        "instagram",
        graph(1, "Please reduce the amount of data you're asking for", 500),
        RequestRefused,
        [],
    ),
    "graph 100": ("instagram", graph(100), RequestRefused, []),
    "graph without code": ("instagram", Answer({"error": "?"}, 500), SourceUnavailable, [None] * 4),
    "x 401": ("x", x(401, title="Unauthorized", detail="Unauthorized"), TokenRefused, [None]),
    "x 402": ("x", x(402, detail="credits depleted", type=X_PROBLEM + "credits-depleted"), QuotaExhausted, []),
    "x 403 not enrolled": ("x", x(403, reason="client-not-enrolled", detail="attach"), PermissionMissing, []),
    "x 403 app only": ("x", x(403, type=X_PROBLEM + "unsupported-authentication"), TokenRefused, []),
    "x 429 window": (
        "x",
        x(429, title="Too Many Requests", headers={"x-rate-limit-reset": str(AGAIN + 90)}),
        QuotaExhausted,
        [90] * 4,
    ),
    "x 429 cap": (
        "x",
        x(429, title="UsageCapExceeded", headers={"x-rate-limit-remaining": "899"}),
        QuotaExhausted,
        [],
    ),
    "x 503": ("x", x(503, title="Service Unavailable"), SourceUnavailable, [None] * 4),
    "x 404 empty": ("x", Answer(b"", 404), RequestRefused, []),
    "ga4 401": ("ga4", google(401, "UNAUTHENTICATED"), TokenRefused, []),
    "ga4 403": ("ga4", google(403, "PERMISSION_DENIED"), PermissionMissing, []),
    "ga4 disabled": (
        "ga4",
        google(403, "PERMISSION_DENIED", details=[{"reason": "SERVICE_DISABLED"}]),
        PermissionMissing,
        [],
    ),
    "ga4 concurrent": (
        "ga4",
        google(429, "RESOURCE_EXHAUSTED", "Exhausted concurrent requests quota."),
        QuotaExhausted,
        [30] * 4,
    ),
    "ga4 hour": (
        "ga4",
        google(429, "RESOURCE_EXHAUSTED", "Exhausted property tokens for a project per hour."),
        QuotaExhausted,
        [],
    ),
    "ga4 day": (
        "ga4",
        google(429, "RESOURCE_EXHAUSTED", "Exhausted property tokens per day."),
        QuotaExhausted,
        [],
    ),
    "ga4 500": ("ga4", google(500, "INTERNAL"), SourceUnavailable, [5, 5]),
    "ga4 400": ("ga4", google(400, "INVALID_ARGUMENT"), RequestRefused, []),
    "hubspot 401": ("hubspot", hubspot(401), TokenRefused, []),
    "hubspot 530": ("hubspot", Answer(b"error code: 530", 530), TokenRefused, []),
    "hubspot 403": ("hubspot", hubspot(403, category="MISSING_SCOPES"), PermissionMissing, []),
    "hubspot 429 daily": ("hubspot", hubspot(429, policyName="DAILY"), QuotaExhausted, []),
    "hubspot 429 ten seconds": (
        "hubspot",
        hubspot(429, policyName="TEN_SECONDLY_ROLLING"),
        QuotaExhausted,
        [10] * 4,
    ),
    "hubspot 429 second": ("hubspot", hubspot(429, policyName="SECONDLY"), QuotaExhausted, [1] * 4),
    "hubspot 429 told": ("hubspot", hubspot(429, {"Retry-After": "3"}), QuotaExhausted, [3] * 4),
    # seen in milliseconds: a limit of a second is over in ten at most
    "hubspot 429 told in milliseconds": (
        "hubspot",
        hubspot(429, {"Retry-After": "10000"}, policyName="SECONDLY"),
        QuotaExhausted,
        [10] * 4,
    ),
    "hubspot 477": ("hubspot", hubspot(477, {"Retry-After": "86400"}), QuotaExhausted, []),
    "hubspot 423": ("hubspot", hubspot(423), SourceUnavailable, [2] * 4),
    "hubspot 502": ("hubspot", Answer(b"<html>", 502), SourceUnavailable, [None] * 4),
    "hubspot 400": ("hubspot", hubspot(400), RequestRefused, []),
}


@pytest.mark.parametrize(("source", "answer", "meaning", "waits"), CASES.values(), ids=CASES)
def test_an_error_answer_means(scripted, source, answer, meaning, waits):
    """Row 11 of the fault matrix: who is waited for, and who is left alone till tomorrow."""
    slept = []
    api = SOURCES[source].open(scripted.url, "a-token-for-tests")
    api.sleep = slept.append
    scripted.answers = [answer]
    with pytest.raises(SourceError) as caught:
        api.get("/things")
    assert type(caught.value) is meaning
    assert len(slept) == len(waits)
    for pause, told in zip(slept, waits, strict=True):
        assert told is None or told <= pause <= told + 0.5
    assert ": " in str(caught.value), "a sentence that names the thing and, after a colon, the remedy"
    api.close()


@pytest.mark.parametrize(
    ("source", "answer", "left"),
    [
        ("instagram", Answer({}, headers=busy(0)), "0 % of the last 24 h"),
        ("x", Answer({}, headers={"x-rate-limit-remaining": "899"}), "899 requests of the window"),
        ("ga4", Answer({"propertyQuota": {"tokensPerDay": {"remaining": 7}}}), "7 tokens of the day"),
        ("hubspot", Answer({}, headers={"X-HubSpot-RateLimit-Daily-Remaining": "9"}), "9 calls of the day"),
        ("x", Answer({}), None),
    ],
)
def test_the_quota_left_is_what_was_last_told(scripted, source, answer, left):
    api = SOURCES[source].open(scripted.url, "a-token-for-tests")
    scripted.answers = [answer]
    api.get("/things")
    assert api.usage.quota_left == left
    api.close()
