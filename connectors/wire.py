"""One request and its answer: to one host and no other, bounded in time and size, never followed elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from connectors.address import LOOPBACK, checked_host
from connectors.deadline import DeadlineAdapter
from connectors.errors import QuotaExhausted, SourceUnavailable, UnreadableAnswer
from connectors.usage import Usage

CONNECT_S = 5.0


@dataclass
class Wire:
    """The connection to one base address; `now` is the source's own clock, UTC, as its last answer told it."""

    name: str
    base_url: str
    usage: Usage
    tries_more: int  # after trouble on the way
    answer_s: float
    largest_answer: int
    most_bytes: int  # of all answers together
    now: datetime | None = None

    def __post_init__(self) -> None:
        self._host = checked_host(self.name, self.base_url)
        self.session = requests.Session()
        # A proxy of the environment has no business with what is meant for this machine.
        self.session.trust_env = self._host not in LOOPBACK
        self.session.mount("https://", DeadlineAdapter())
        self.session.mount("http://", DeadlineAdapter())

    def exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request; return status, head and body of the answer."""
        self.usage.requests += 1
        trouble = None
        try:
            with self.session.request(
                method,
                self.base_url + path,
                data=body,
                headers=headers,
                auth=_as_it_is,
                timeout=(CONNECT_S, self.answer_s),
                allow_redirects=False,
                stream=True,
            ) as reply:
                self._note_clock(reply.headers)
                return reply.status_code, reply.headers, self._content(reply)
        except (requests.RequestException, OSError) as error:
            trouble = _what_broke(error)
        # Raised out here, since an exception of requests holds the request, and that the token.
        raise SourceUnavailable(
            f"{self.name} {trouble}: see that {self._host} can be reached, then run again", again=self.tries_more
        )

    def _content(self, reply: requests.Response) -> bytes:
        content = bytearray()
        for block in reply.iter_content(65536):
            content += block
            if len(content) > self.largest_answer:
                raise UnreadableAnswer(
                    f"{self.name} sent more than {self.largest_answer:,} bytes in one answer:"
                    " see that the base address is that of its API"
                )
            if self.usage.bytes + len(content) > self.most_bytes:
                raise QuotaExhausted(
                    f"{self.name} sent more than {self.most_bytes:,} bytes for one account in one run: see that the"
                    " base address is that of its API; the next run goes on from what came"
                )
        self.usage.bytes += len(content)
        return bytes(content)

    def _note_clock(self, headers: Mapping[str, str]) -> None:
        try:
            self.now = parsedate_to_datetime(headers.get("Date", "")).astimezone(UTC)
        except (ValueError, TypeError):
            self.now = datetime.now(UTC)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request alone: without an `auth`, requests would take a password from ~/.netrc instead."""
    return request


def _what_broke(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "shows a certificate that can't be trusted"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "does not take connections"
    if isinstance(error, requests.exceptions.Timeout | TimeoutError) or "timed out" in str(error).lower():
        return "took too long to answer"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "broke off in the middle of its answer"
    return "can't be reached"
