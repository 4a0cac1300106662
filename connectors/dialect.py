"""How sources speak: what an answer holds, what an error answer means, in words for whoever has to mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from connectors.errors import (
    PermissionMissing,
    QuotaExhausted,
    RequestRefused,
    SourceError,
    SourceUnavailable,
    TokenRefused,
)
from connectors.pacing import UNBOUND, Allowance
from connectors.streams import Page
from connectors.waiting import retry_after_s

GOOD = (200, 207)
TRIES_MORE = 4


@dataclass(frozen=True)
class Reply:
    """One answer, secrets blanked: `json` is its object (empty where an error answer holds none)."""

    asked: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    json: dict[str, Any]
    now: datetime  # by the source's own clock

    @property
    def page(self) -> Page:
        """The answer as it is landed."""
        return Page(self.asked, self.status, self.body)

    def part(self, name: str) -> dict[str, Any]:
        """Return the object that stands at `name`, an empty one where none does."""
        found = self.json.get(name)
        return found if isinstance(found, dict) else {}


class Prices(Protocol):
    """What a source bills: the resources of an answer by kind, their price, and the most that a request can cost."""

    def at(self, prices_usd: Mapping[str, Decimal]) -> Prices:
        """Return the list with other prices in the place of these."""

    def reads(self, asked: str, document: dict[str, Any]) -> dict[str, int]:
        """Count what an answer is billed for."""

    def price_usd(self, reads: dict[str, int]) -> Decimal:
        """Return the list price of `reads`."""

    def most_usd(self, asked: str) -> Decimal:
        """Return what the answer to `asked` can cost at most."""


@dataclass(frozen=True)
class Dialect:
    """A source's name, what its error answers mean, the quota left, its price and how fast it may be asked.

    `refusal` gets the answer and a function that makes the source's words fit to be repeated; it returns None
    where the status alone decides.
    """

    name: str
    refusal: Callable[[Reply, Callable[[str], str]], SourceError | None]
    quota_left: Callable[[Reply], str | None]
    tries_more: int = TRIES_MORE
    prices: Prices | None = None
    allowance: Allowance = UNBOUND


def by_status(dialect: Dialect, reply: Reply) -> SourceError | None:
    """Judge an answer that the dialect has no word for."""
    name, status, again = dialect.name, reply.status, dialect.tries_more
    told = retry_after_s(reply.headers, reply.now)
    refusal: SourceError | None = None
    if status == 429:
        refusal = exhausted(name, told, again=again)
    elif status == 408 or status >= 500:
        trouble = f"{name} has trouble of its own (status {status}): run again later"
        refusal = SourceUnavailable(trouble, again=again, wait_s=told)
    elif status == 401:
        refusal = refused_token(name, "status 401")
    elif status == 403:
        refusal = PermissionMissing(f"{name} does not allow this token to read here: give it the permission")
    elif status >= 400:
        refusal = RequestRefused(f"{name} refused the request (status {status}): see that the account's id is right")
    elif status not in GOOD:
        refusal = RequestRefused(f"{name} wants to send us elsewhere (status {status}): correct its base address")
    return refusal


def refused_token(name: str, reason: str, again: int = 0, code: int | None = None) -> TokenRefused:
    """Say that a new token is needed; the variable that holds it is added by the stream."""
    return TokenRefused(f"{name} refused the token ({reason}): put a valid one", again=again, code=code)


def exhausted(name: str, wait_s: float | None, again: int = 0, code: int | None = None) -> QuotaExhausted:
    """Say how long the source wants to be left alone."""
    when = "later" if wait_s is None else f"in {max(1, round(wait_s / 60))} min"
    return QuotaExhausted(
        f"{name} counts too many requests of this account: run again {when}", again=again, wait_s=wait_s, code=code
    )
