"""Asking a source: one door an account, with its token, its pace, its budget and as many tries as an error allows.

Only paths below the base address are ever asked, never an address that an answer gave. The token travels in the
`Authorization` header alone and is blanked in whatever comes back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from time import sleep as real_sleep
from typing import Any, TypeVar
from urllib.parse import urlencode

from connectors.dialect import GOOD, Dialect, Prices, Reply, by_status
from connectors.errors import QuotaExhausted, RequestRefused, SourceUnavailable, TokenRefused, UnreadableAnswer
from connectors.pacing import Pace
from connectors.redaction import Redaction
from connectors.streams import Page
from connectors.strict_json import parse_list, parse_object
from connectors.usage import Usage
from connectors.waiting import retrying
from connectors.wire import Wire

ANSWER_S = 90.0
LARGEST_ANSWER = 64 * 1024 * 1024
MOST_BYTES = 16 * 1024 * 1024 * 1024  # more than ten million contacts
TRIES_MORE_IF_UNREADABLE = 2
Answer = TypeVar("Answer")


@dataclass
class Api:
    """One account's door to a source; used by one thread at a time."""

    dialect: Dialect
    base_url: str
    token: str = field(repr=False)
    sleep: Callable[[float], None] = real_sleep
    answer_s: float = ANSWER_S
    largest_answer: int = LARGEST_ANSWER
    most_bytes: int = MOST_BYTES
    usage: Usage = field(default_factory=Usage)
    prices: Prices | None = None  # None: those of the dialect
    budget_usd: Decimal | None = None  # what may still be spent; None: no limit
    renew: Callable[[str], str] | None = field(default=None, repr=False)  # a new token for one that was refused
    memory: dict[str, Any] = field(default_factory=dict)  # what a connector learnt of this account in this session

    def __post_init__(self) -> None:
        self.base_url = self.base_url.rstrip("/")
        self.prices = self.prices or self.dialect.prices
        self._wire = Wire(
            self.dialect.name,
            self.base_url,
            self.usage,
            self.dialect.tries_more,
            self.answer_s,
            self.largest_answer,
            self.most_bytes,
        )
        if not (self.token.isascii() and self.token.isprintable()) or " " in self.token or not self.token:
            raise TokenRefused(f"{self.dialect.name}: the token is empty or has blanks in it, put it without them")
        self._redaction = Redaction(self.token)
        self._pace = Pace(self.dialect.allowance)
        self._gave_up = False
        self._recalled: dict[str, Page] = {}

    def close(self) -> None:
        """Give the connection back."""
        self._wire.session.close()

    def present(self) -> datetime:
        """Return the source's own clock, UTC, as its last answer told it; ours only where it has none."""
        if self._wire.now is None:
            self._patiently(lambda: self._exchange("GET", "/", None, {}))
        return self._wire.now or datetime.now(UTC)

    def get(self, path: str, **params: str | int) -> Reply:
        """Ask for `path` below the base address."""
        asked = f"{path}?{urlencode(params, safe=',.(){}:')}" if params else path
        return self._ask("GET", asked, asked, None)

    def post(self, path: str, question: dict[str, Any]) -> Reply:
        """Ask a question that travels as a body; it reads and changes nothing, so it may be asked again."""
        body = json.dumps(question, separators=(",", ":"))
        return self._ask("POST", path, f"{path} {body}", body.encode())

    def recall(self, pages: Mapping[str, Page], present: datetime) -> None:
        """Answer what is asked in the words of `pages` out of them, once each, and go on from their clock.

        A stream that was broken off asks the same questions again until it comes to the first that has no answer yet.
        What is recalled counts as billed here: the bill of the fetch that paid for it goes with its part.
        """
        self._recalled, self._wire.now = dict(pages), present

    def forget(self) -> None:
        """Ask the source for everything again."""
        self._recalled = {}

    def post_form(self, path: str, **form: str) -> list[Any] | None:
        """Return the JSON list that answers a form, in one try; None where the source gives no such answer."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            status, _, body = self._exchange("POST", path, urlencode(form).encode(), headers)
            return parse_list(self._redaction.of_bytes(body)) if status in GOOD else None
        except (SourceUnavailable, UnreadableAnswer, ValueError):
            return None

    def _ask(self, method: str, path: str, asked: str, body: bytes | None) -> Reply:
        known = self._recalled.pop(asked, None)
        if known is not None:
            document = parse_object(known.body)
            self._bill(asked, document)
            return Reply(asked, known.status, {}, known.body, document, self.present())
        refused = None
        try:
            return self._patiently(lambda: self._once(method, path, asked, body))
        except TokenRefused as error:
            refused = error
        if not self._has_renewed():
            raise refused
        return self._patiently(lambda: self._once(method, path, asked, body))

    def _once(self, method: str, path: str, asked: str, body: bytes | None) -> Reply:
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        reply = self.judged(asked, *self._exchange(method, path, body, headers))
        self._pace.hear(path, reply)
        return reply

    def _has_renewed(self) -> bool:
        """Take a new token, once a session: one that is refused too is refused for another reason."""
        if self.renew is None:
            return False
        renew, self.renew = self.renew, None
        before, self.token = self.token, renew(self.token)
        self._redaction = Redaction(before, self.token)
        return self.token != before

    def _patiently(self, once: Callable[[], Answer]) -> Answer:
        """Ask until it works or patience is over; a source that wore it out gets one try at a time, till it answers."""
        try:
            answer = once() if self._gave_up else retrying(self.sleep)(once)
        except (SourceUnavailable, QuotaExhausted):
            self._gave_up = True
            raise
        self._gave_up = False
        return answer

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request at its time and within the budget; return status, head and body of the answer."""
        if not path.startswith("/"):
            raise RequestRefused(f"{self.dialect.name}: only paths below the base address are asked")
        self._keep_to_budget(path)
        if wait_s := self._pace.wait_s(path):
            self.sleep(wait_s)
        self._pace.note(path)
        return self._wire.exchange(method, path, body, headers)

    def _keep_to_budget(self, path: str) -> None:
        """Refuse a request that might cost more than is left; what it costs is known only when it has answered."""
        if self.budget_usd is None or self.prices is None:
            return
        most, left = self.prices.most_usd(path), self.budget_usd - self.usage.price_usd
        if most and most > left:
            raise QuotaExhausted(
                f"the month's budget of the brand would be exceeded ({left:.3f} USD are left, the next answer may"
                f" cost {most:.3f}): raise monthly_budget_usd in accounts.yml or wait for the next month"
            )

    def judged(self, asked: str, status: int, headers: Mapping[str, str], body: bytes) -> Reply:
        """Return an answer that is good, secrets blanked, or raise what it means."""
        body, document, flaw = self._redaction.of_bytes(body), {}, None
        try:
            document = parse_object(body)
        except ValueError as error:
            flaw = str(error)
        if flaw and status in GOOD:
            raise UnreadableAnswer(
                f"{self.dialect.name} answered {flaw} instead of a JSON object: see that the base address is"
                " that of its API, else run again later",
                again=TRIES_MORE_IF_UNREADABLE,
            )
        asked = self._redaction.of_bytes(asked.encode()).decode()
        reply = Reply(asked, status, headers, body, document, self.present())
        self.usage.quota_left = self.dialect.quota_left(reply) or self.usage.quota_left
        refusal = self.dialect.refusal(reply, self._redaction.of_text) or by_status(self.dialect, reply)
        if refusal is None:
            self._bill(asked, document)
            return reply
        # An answer that can't be parsed is no evidence that could be landed.
        refusal.page = reply.page if document else None
        raise refusal

    def _bill(self, asked: str, document: dict[str, Any]) -> None:
        if self.prices:
            reads = self.prices.reads(asked, document)
            self.usage.reads.update(reads)
            self.usage.price_usd += self.prices.price_usd(reads)
