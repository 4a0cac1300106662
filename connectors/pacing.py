"""Asking no faster than a source allows, where it says so beforehand: a refusal costs a wait and counts as an error."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True)
class Limit:
    """At most `count` requests in `span_s` seconds whose path ends so."""

    path_ends: str
    count: int
    span_s: float


class Pace:
    """When the last requests of one account were sent, by limit."""

    def __init__(self, limits: tuple[Limit, ...]) -> None:
        self._sent = {limit: deque[float](maxlen=limit.count) for limit in limits}

    def wait_s(self, path: str) -> float:
        """Return the seconds until `path` may be asked."""
        ready = [
            sent[0] + limit.span_s
            for limit, sent in self._sent.items()
            if path.endswith(limit.path_ends) and len(sent) == limit.count
        ]
        return max(0.0, max(ready, default=0.0) - monotonic())

    def note(self, path: str) -> None:
        """Remember that `path` is asked now."""
        for limit, sent in self._sent.items():
            if path.endswith(limit.path_ends):
                sent.append(monotonic())
