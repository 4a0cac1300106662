"""What the Analytics Data API's error answers mean; every exhausted quota is a 429, told apart by its words."""

from __future__ import annotations

from collections.abc import Callable

from connectors.dialect import Dialect, Reply, exhausted, refused_token
from connectors.errors import PermissionMissing, QuotaExhausted, RequestRefused, SourceError, SourceUnavailable

# Ten server errors within an hour lock the property for that hour: few tries, far apart.
TRIES_MORE, PAUSE_S = 2, 5.0
LEDGERS = {
    "tokensPerDay": "day",
    "tokensPerHour": "hour",
    "tokensPerProjectPerHour": "hour for this project",
}
CONCURRENT_WAIT_S, HOURLY_WAIT_S = 30.0, 3600.0


def refusal(reply: Reply, said: Callable[[str], str]) -> SourceError | None:  # noqa: PLR0911 (one a case)
    """Read Google's error envelope; an answer without one is judged by its status."""
    error = reply.json.get("error")
    if not isinstance(error, dict):
        return None
    words = said(str(error.get("message", "")))
    match error.get("status"):
        case "UNAUTHENTICATED":
            return refused_token("GA4", words)
        case "PERMISSION_DENIED" if "SERVICE_DISABLED" in str(error.get("details")) or "disabled" in words:
            return PermissionMissing(f"GA4 can't be asked ({words}): enable the Google Analytics Data API")
        case "PERMISSION_DENIED":
            return PermissionMissing(
                f"GA4 does not show this property ({words}): see that account_id in accounts.yml is the numeric"
                " property id, and add the token's account to the property as Viewer"
            )
        case "RESOURCE_EXHAUSTED":
            return _exhausted(words)
        case "INVALID_ARGUMENT" | "NOT_FOUND":
            return RequestRefused(f"GA4 refused the request ({words}): see that account_id is the property id")
        case _ if reply.status >= 500:
            return SourceUnavailable(
                f"GA4 has trouble of its own ({words}): run again later", again=TRIES_MORE, wait_s=PAUSE_S
            )
    return None


def _exhausted(words: str) -> QuotaExhausted:
    if "concurrent" in words:
        return exhausted("GA4", CONCURRENT_WAIT_S, again=4)
    if "per day" in words:
        return QuotaExhausted(f"GA4's quota of the day is used up ({words}): run again after midnight, US Pacific")
    return exhausted("GA4", HOURLY_WAIT_S, again=1)


def quota_left(reply: Reply) -> str | None:
    """Return the tokens left in the ledger that will be empty first."""
    quotas = [report.get("propertyQuota") or {} for report in (*(reply.json.get("reports") or ())[-1:], reply.json)]
    told = [
        (int(quota[name]["remaining"]), words)
        for quota in quotas
        for name, words in LEDGERS.items()
        if isinstance((quota.get(name) or {}).get("remaining"), int)
    ]
    return "{} tokens of the {}".format(*min(told)) if told else None


DIALECT = Dialect("GA4", refusal, quota_left, tries_more=TRIES_MORE)
