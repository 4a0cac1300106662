"""What YouTube's error answers mean: Google's envelope, in which the reason of the first error decides."""

from __future__ import annotations

from collections.abc import Callable

from connectors.dialect import Dialect, Reply, refused_token
from connectors.errors import PermissionMissing, QuotaExhausted, RequestRefused, SourceError

OF_THE_DAY = ("quotaExceeded", "dailyLimitExceeded")


def refusal(reply: Reply, said: Callable[[str], str]) -> SourceError | None:  # noqa: PLR0911 (one a case)
    """Read the envelope; an answer without one is judged by its status."""
    error = reply.json.get("error")
    if not isinstance(error, dict):
        return None
    words = said(str(error.get("message", "")))
    reasons = [one.get("reason") for one in error.get("errors") or [] if isinstance(one, dict)]
    if reply.status == 401:
        return refused_token("YouTube", words)
    if reply.status == 403 and any(reason in OF_THE_DAY for reason in reasons):
        return QuotaExhausted(f"YouTube's quota of the day is used up ({words}): run again after midnight, US Pacific")
    if reply.status == 403 and "rateLimitExceeded" in reasons:
        return QuotaExhausted(f"YouTube is asked too fast ({words}): run again later", again=3)
    if reply.status == 403:
        return PermissionMissing(
            f"YouTube does not allow this ({words}): enable the YouTube Data API v3 and give the token youtube.readonly"
        )
    if reply.status in (400, 404):
        return RequestRefused(f"YouTube refused the request ({words}): see that account_id is a channel id, UC…")
    return None


def quota_left(reply: Reply) -> None:
    """Tell nothing: YouTube doesn't either."""


DIALECT = Dialect("YouTube", refusal, quota_left)
