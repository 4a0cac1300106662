"""Asking no faster than a source allows: a refusal costs a wait and counts as an error.

A source says how fast it may be asked beforehand, or in its answers, or not at all.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from connectors.waiting import LONGEST_WAIT_S

if TYPE_CHECKING:
    from connectors.dialect import Reply

IDS = re.compile(r"\d{2,}")


@dataclass(frozen=True)
class Limit:
    """At most `count` requests in `span_s` seconds whose path ends so."""

    path_ends: str
    count: int
    span_s: float


@dataclass(frozen=True)
class Allowance:
    """What a source allows: limits known beforehand, and the rest in seconds that an answer asks for its endpoint."""

    limits: tuple[Limit, ...] = ()
    rest_s: Callable[[Reply], float | None] = lambda _: None


UNBOUND = Allowance()


class Pace:
    """When one account may ask again: by its last requests, and by what their answers said."""

    def __init__(self, allowance: Allowance) -> None:
        self._rest_s = allowance.rest_s
        self._sent = {limit: deque[float](maxlen=limit.count) for limit in allowance.limits}
        self._rests_until: dict[str, float] = {}  # by endpoint

    def wait_s(self, path: str) -> float:
        """Return the seconds until `path` may be asked; a rest that is too long to wait is left to the refusal."""
        ready = [
            sent[0] + limit.span_s
            for limit, sent in self._sent.items()
            if path.endswith(limit.path_ends) and len(sent) == limit.count
        ]
        now = monotonic()
        rest_s = self._rests_until.pop(_endpoint(path), now) - now
        return max(0.0, max(ready, default=now) - now, rest_s if rest_s <= LONGEST_WAIT_S else 0.0)

    def note(self, path: str) -> None:
        """Remember that `path` is asked now."""
        for limit, sent in self._sent.items():
            if path.endswith(limit.path_ends):
                sent.append(monotonic())

    def hear(self, path: str, reply: Reply) -> None:
        """Remember the rest that the answer to `path` asks for."""
        rest_s = self._rest_s(reply)
        if rest_s:
            self._rests_until[_endpoint(path)] = monotonic() + rest_s


def _endpoint(path: str) -> str:
    return IDS.sub("#", path.partition("?")[0])
