"""What X's error answers mean: problem documents, of which only the rate limit is worth waiting for."""

from __future__ import annotations

from collections.abc import Callable

from connectors.dialect import TRIES_MORE, Dialect, Reply, exhausted, refused_token
from connectors.errors import PermissionMissing, QuotaExhausted, RequestRefused, SourceError
from connectors.pacing import Allowance
from connectors.waiting import retry_after_s, until_s
from connectors.x_prices import XPrices


def refusal(reply: Reply, said: Callable[[str], str]) -> SourceError | None:  # noqa: PLR0911 (one a case)
    """Read the problem document of an error answer; refusals of single fields inside a 200 are data."""
    problem, status = reply.json, reply.status
    words = said(str(problem.get("detail") or problem.get("title") or f"status {status}"))
    slug = str(problem.get("type", "")).rsplit("/", 1)[-1]
    if status == 401:
        # An outage of 2026 answered 401 to good tokens: one is no proof.
        return refused_token("X", words, again=1)
    if status == 402 or slug == "credits-depleted":
        return QuotaExhausted(f"X has no credits left ({words}): top them up in its developer console")
    if slug == "usage-capped" or problem.get("title") == "UsageCapExceeded":
        return QuotaExhausted(
            f"X's cap on posts read is reached ({words}): wait for the next billing cycle or raise it"
        )
    if status == 429:
        told = until_s(reply.headers, "x-rate-limit-reset", reply.now)
        wait_s = retry_after_s(reply.headers, reply.now) if told is None else told
        return exhausted("X", wait_s, again=TRIES_MORE)
    if slug == "unsupported-authentication":
        return refused_token("X", "an app-only token can't read this; it takes the account's own")
    if status == 403:
        return PermissionMissing(
            f"X does not allow this ({words}): attach the app to a project that may read, and connect the account"
            " with tweet.read and users.read"
        )
    if status in (400, 404):
        return RequestRefused(f"X refused the request ({words}): see that account_id in accounts.yml is the user's id")
    return None


def quota_left(reply: Reply) -> str | None:
    """Return the requests that are left in the running window of 15 minutes."""
    left = reply.headers.get("x-rate-limit-remaining")
    return f"{left} requests of the window" if left else None


def rest_s(reply: Reply) -> float | None:
    """Return the seconds until the window of this endpoint begins anew, once it is used up."""
    is_used_up = reply.headers.get("x-rate-limit-remaining", "").strip() == "0"
    return until_s(reply.headers, "x-rate-limit-reset", reply.now) if is_used_up else None


DIALECT = Dialect("X", refusal, quota_left, prices=XPrices(), allowance=Allowance(rest_s=rest_s))
