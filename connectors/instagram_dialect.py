"""What Graph's error answers mean. The status says little: a limit comes as 400, and so does a lost session."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from connectors.dialect import TRIES_MORE, Dialect, Reply, exhausted, refused_token
from connectors.errors import PermissionMissing, RequestRefused, SourceError, SourceUnavailable

TOKEN = {102, 190}
LIMITS = {4, 17, 32, 341, 368, 613, *range(80000, 80015)}
TRANSIENT = {1, 2}
PERMISSIONS = {3, 10, *range(200, 300)}
TOO_MUCH = "reduce the amount of data"
UNTOLD_WAIT_S = 60.0  # asking on while throttled lengthens the block


def refusal(reply: Reply, said: Callable[[str], str]) -> SourceError | None:
    """Read the error envelope; an answer without one is judged by its status."""
    error = reply.json.get("error")
    if not isinstance(error, dict) or not isinstance(error.get("code"), int):
        return None
    code, subcode, message = error["code"], error.get("error_subcode"), str(error.get("message", ""))
    words = f"code {code}: {said(message)}"
    if code in TOKEN:
        return refused_token("Instagram", words, code=code)
    if code in LIMITS:
        wait_s = regain_s(reply)
        return exhausted("Instagram", UNTOLD_WAIT_S if wait_s is None else wait_s, again=TRIES_MORE, code=code)
    if code in TRANSIENT and TOO_MUCH not in message:
        return SourceUnavailable(
            f"Instagram has trouble of its own ({words}): run again later", again=TRIES_MORE, code=code
        )
    if code in PERMISSIONS:
        return PermissionMissing(
            f"Instagram does not allow this ({words}): connect the account again with instagram_basic and"
            " instagram_manage_insights",
            code=code,
            subcode=subcode,
        )
    return RequestRefused(
        f"Instagram refused the request ({words}): see that account_id in accounts.yml is the account's own",
        code=code,
        subcode=subcode,
    )


def regain_s(reply: Reply) -> float | None:
    """Return the longest wait that the usage header tells, which counts in minutes."""
    minutes = [
        entry["estimated_time_to_regain_access"]
        for entry in _usages(reply)
        if isinstance(entry.get("estimated_time_to_regain_access"), int | float)
    ]
    return max(minutes) * 60.0 if any(minutes) else None


def quota_left(reply: Reply) -> str | None:
    """Return the share of the allowance that is left, by its scarcest part."""
    used = [
        entry[part]
        for entry in _usages(reply)
        for part in ("call_count", "total_cputime", "total_time")
        if isinstance(entry.get(part), int | float)
    ]
    return f"{max(0, 100 - max(used))} % of the last 24 h" if used else None


def _usages(reply: Reply) -> Iterator[dict[str, Any]]:
    try:
        by_id = json.loads(reply.headers.get("X-Business-Use-Case-Usage", "{}"))
    except ValueError:
        return
    for entries in by_id.values() if isinstance(by_id, dict) else ():
        yield from (entry for entry in entries if isinstance(entry, dict))


DIALECT = Dialect("Instagram", refusal, quota_left)
