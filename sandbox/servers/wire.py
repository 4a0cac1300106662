"""What a source is asked and what it answers, free of any HTTP library."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b


@dataclass(frozen=True)
class Ask:
    """One request to a source; `path` lies below the source's base address and has no leading slash."""

    method: str
    path: str
    params: Mapping[str, str]
    body: bytes
    token: str
    present: datetime
    base: str  # the base address as the caller wrote it, for the addresses that a reply gives
    caveat: str = ""  # one of the faults that an answer is good in spite of

    def document(self) -> object:
        """Return the body as JSON, or None when it is not JSON."""
        try:
            return json.loads(self.body or b"null")
        except ValueError:
            return None


@dataclass(frozen=True)
class Reply:
    """One answer: None is an empty body, bytes go as they are, anything else as compact JSON."""

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json; charset=utf-8"

    def content(self) -> bytes:
        """Return the body as it travels."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


def chance(*key: object) -> float:
    """Return a number in [0, 1) that depends on the key alone, so that every run decides alike."""
    digest = blake2b("|".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def trace(*key: object) -> str:
    """Return the opaque identifier that an error or a request carries."""
    return blake2b("|".join(map(str, key)).encode(), digest_size=16).hexdigest()


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text: how the long lists of names are written down here."""
    return tuple(text.replace(",", " ").split())


def instant(text: str) -> datetime | None:
    """Return the UTC instant that an ISO date or date-time names (a bare date: the midnight that begins it)."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def epoch(moment: datetime) -> int:
    """Return the whole Unix seconds of an instant."""
    return int(moment.timestamp())


def iso_millis(moment: datetime) -> str:
    """Return an instant as X and HubSpot write it, e.g. 2026-08-31T23:00:00.000Z."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


class Allowance:
    """Calls counted per key over a span of real seconds; the virtual present is part of the key.

    A rehearsal asks at many presents within one real second, each of which is another day to the source,
    so an allowance is never used up by the days before.
    """

    def __init__(self, limit: int, span_s: float) -> None:
        self.limit, self.span_s = limit, span_s
        self._open: dict[object, tuple[float, int]] = {}

    def take(self, key: object) -> tuple[bool, int, float]:
        """Count one call; return whether it is allowed, the calls left, and the seconds until the count restarts."""
        now = time.monotonic()
        began, used = self._open.get(key, (now, 0))
        if now - began >= self.span_s:
            began, used = now, 0
        allowed = used < self.limit
        self._open[key] = (began, used + allowed)
        return allowed, max(0, self.limit - used - allowed), self.span_s - (now - began)
