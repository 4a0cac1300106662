"""What a source declares and what it yields: plain values that landing and loading read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from connectors.http import Api

Kind = Literal["window", "snapshot", "expiring"]
Treatment = Literal["hash", "utm_only", "mask", "drop"]
Landed = Callable[[str], Iterable[tuple[datetime, "Page"]]]


@dataclass(frozen=True)
class Account:
    """One account of one brand, as `accounts.yml` names it; `competitors` are handles, `hashtags` have no #."""

    brand_id: str
    source: str
    account_id: str
    handle: str | None
    zone: str
    currency: str
    token_env: str
    monthly_budget_usd: Decimal | None = None  # of the brand, over all its accounts of billed sources
    refresh_token_env: str | None = None
    client_id_env: str | None = None
    client_secret_env: str | None = None
    competitors: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    prices_usd: Mapping[str, Decimal] = field(default_factory=dict, hash=False)  # by kind, where not the list's


@dataclass(frozen=True)
class Window:
    """The day that is asked for; `is_first` says that nothing was captured before it.

    `landed` gives the pages that the stream brought in its `looks_back_days`, oldest first, each with its capture.
    """

    day: date
    is_first: bool = False
    landed: Callable[[], Iterable[tuple[datetime, Page]]] = tuple


@dataclass(frozen=True)
class Page:
    """One answer as it was sent; `asked` is path and query, without host and secrets."""

    asked: str
    status: int
    body: bytes


@dataclass(frozen=True)
class Table:
    """One raw table: the `from_json` structure of the body and the SELECT over relation `page` that types it.

    Every table of one stream has the same `schema`, so that a file is parsed once. Of rows that agree in `key`
    within one file, because a list shifted between two pages, the first is kept.
    """

    name: str
    schema: dict[str, Any]
    select: str
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stream:
    """One thing that is fetched together and landed as one file a window.

    `window` streams can be asked for any past day and are read again for `restates_days`; `snapshot` streams
    know only the present; `expiring` ones are gone within a day. `personal` names properties, wherever they
    stand in the body, that are replaced before the page touches a disk. A captured window is asked for once more at
    each age in days that `revisits` names. An optional stream that the token may not read is a reason and no failure. A
    stream that looks back plans with its own landed pages; what it read
    before its quota ended is kept, and its days are captured one after the other. `values` names, by path, the values
    of a field that marts tell apart.
    """

    name: str
    kind: Kind
    pages: Callable[[Api, Account, Window], Iterator[Page]]
    tables: tuple[Table, ...]
    restates_days: int = 0
    revisits: tuple[int, ...] = ()
    looks_back_days: int = 0
    is_optional: bool = False
    personal: Mapping[str, Treatment] = field(default_factory=dict)
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """What an examination of an account found: a check, whether it holds (None: can't be told), what to do if not.

    `said` and `remedy` are a sentence each, English then Japanese; a remedy is empty where nothing is to be done.
    """

    check: str
    holds: bool | None
    said: tuple[str, str]
    remedy: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Renewal:
    """A token that replaces an older one, with the refresh token that came along where a source rotates it."""

    token: str = field(repr=False)
    expires_at: datetime | None
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Source:
    """One outside service: where it answers, how it is opened, what is taken from it.

    `accounts_at_once` is how many accounts may be asked side by side. `renew` turns base address, client id, client
    secret (None: a public client) and refresh token into a new pair. `examine` asks what `warehouse doctor` tells of
    an account: token, scopes, page link, limits; `clocks` what is about to end, in view of a stream's landed pages.
    """

    name: str
    base_url_env: str
    default_base_url: str
    accounts_at_once: int
    streams: tuple[Stream, ...]
    open: Callable[[str, str], Api]
    examine: Callable[[Api, Account], Iterator[Finding]] | None = None
    clocks: Callable[[Api, Account, Landed], Iterator[Finding]] | None = None
    renew: Callable[[str, str, str | None, str], Renewal] | None = None
    renews_early: timedelta = timedelta(minutes=10)  # so that a fetch that begins now does not outlive its token
