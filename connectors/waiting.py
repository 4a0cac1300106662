"""How long a source asks to be left alone, in seconds, and how long we wait when it does not say."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_any

from connectors.errors import SourceError

LONGEST_WAIT_S = 16 * 60.0  # X counts in windows of 15 minutes; what takes longer is for the next run
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 20.0


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return what `Retry-After` says, seconds or date; a date counts from the source's own clock."""
    said = headers.get("Retry-After", "").strip()
    if said.isdigit():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def until_s(headers: Mapping[str, str], name: str, now: datetime) -> float | None:
    """Return the seconds until the Unix time in header `name`, on the source's own clock."""
    said = headers.get(name, "").strip()
    return max(0.0, float(said) - now.timestamp()) if said.isdigit() else None


def retrying(sleep: Callable[[float], None]) -> Retrying:
    """Try again as often as the error allows, after the pause the source asks for, or a growing one."""
    return Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, SourceError) and error.again > 0),
        stop=stop_any(_tried_enough, _would_wait_too_long),
        wait=_pause,
        sleep=sleep,
        reraise=True,
    )


def _tried_enough(state: RetryCallState) -> bool:
    return state.attempt_number > state.outcome.exception().again


def _would_wait_too_long(state: RetryCallState) -> bool:
    return state.idle_for + (state.outcome.exception().wait_s or 0.0) > LONGEST_WAIT_S


def _pause(state: RetryCallState) -> float:
    told = state.outcome.exception().wait_s
    # Others were sent away at the same moment: jitter keeps all from coming back together.
    if told is not None:
        return told + random.uniform(0.0, 0.5)  # noqa: S311
    grown = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (state.attempt_number - 1))
    return grown * random.uniform(0.75, 1.25)  # noqa: S311
