"""What HubSpot's error answers mean. Every field of its envelope is optional, so the status leads."""

from __future__ import annotations

from collections.abc import Callable

from connectors.dialect import TRIES_MORE, Dialect, Reply, exhausted, refused_token
from connectors.errors import PermissionMissing, QuotaExhausted, RequestRefused, SourceError, SourceUnavailable
from connectors.pacing import Allowance, Limit
from connectors.waiting import retry_after_s

SECOND_WAIT_S, TEN_SECONDS_WAIT_S, LOCKED_WAIT_S = 1.0, 10.0, 2.0


SCOPES = {
    "contacts": "crm.objects.contacts.read",
    "deals": "crm.objects.deals.read",
    "feedback_submissions": "crm.objects.feedback_submissions.read",
    "tickets": "tickets",
}


def _kind(asked: str) -> str:
    """Return the kind of object that a path asks for, or the path itself."""
    path = asked.split(" ", maxsplit=1)[0].split("?", maxsplit=1)[0]
    return next((kind for kind in SCOPES if f"/{kind}" in path), path)


def refusal(reply: Reply, said: Callable[[str], str]) -> SourceError | None:  # noqa: PLR0911 (one a case)
    """Read the status, then what the envelope adds to it."""
    words = said(str(reply.json.get("message") or f"status {reply.status}"))
    told = retry_after_s(reply.headers, reply.now)
    match reply.status:
        case 401:
            return refused_token("HubSpot", words)
        case 530:
            return refused_token("HubSpot", "it has not the form of a HubSpot token")
        case 403:
            return PermissionMissing(
                f"HubSpot does not allow {_kind(reply.asked)} ({words}): give the key the scope"
                f" {SCOPES.get(_kind(reply.asked), 'that it names')}"
            )
        case 423:
            return SourceUnavailable(
                f"HubSpot has locked the records ({words}): run again later", again=TRIES_MORE, wait_s=LOCKED_WAIT_S
            )
        case 429:
            return _exhausted(str(reply.json.get("policyName", "")).upper(), words, told)
        case 477:
            return exhausted("HubSpot, which is moving the account to another data centre,", told, again=1)
        case 400 | 404 | 414:
            return RequestRefused(f"HubSpot refused the request ({words}): see that the key is of this portal")
    return None


def _exhausted(policy: str, words: str, told: float | None) -> QuotaExhausted:
    if policy == "DAILY" or "daily" in words.lower():
        return QuotaExhausted(
            f"HubSpot's quota of the day is used up ({words}): run again after midnight in the portal's zone"
        )
    usual = SECOND_WAIT_S if policy == "SECONDLY" else TEN_SECONDS_WAIT_S
    # A limit that rolls over ten seconds asks for no more, though Retry-After has been seen in milliseconds.
    wait_s = min(told, TEN_SECONDS_WAIT_S) if told is not None and "SECONDLY" in policy else told
    return exhausted("HubSpot", usual if wait_s is None else wait_s, again=TRIES_MORE)


def quota_left(reply: Reply) -> str | None:
    """Return the calls that the portal has left for the day; search does not tell."""
    left = reply.headers.get("X-HubSpot-RateLimit-Daily-Remaining")
    return f"{left} calls of the day" if left else None


# Search allows five a second of an account and tells it in no header; four, since requests bunch on their way.
DIALECT = Dialect("HubSpot", refusal, quota_left, allowance=Allowance((Limit("/search", 4, 1.0),)))
