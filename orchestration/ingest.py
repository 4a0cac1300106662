"""Ask the sources for the windows of a run and land what they answer; one account's failure leaves the rest whole."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

from connectors import SOURCES
from connectors.errors import (
    UNKNOWN_SHAPE,
    EndlessPages,
    QuotaExhausted,
    RequestRefused,
    SourceError,
    TokenRefused,
    UnreadableAnswer,
)
from connectors.http import Api, Usage
from connectors.streams import Account, Page, Stream, Window
from orchestration import landing
from orchestration.landing import Capture, Part
from orchestration.settings import Problem, Settings

log = logging.getLogger("warehouse")


@dataclass(frozen=True)
class Shortfall:
    """A window that could not be captured, and why, in one sentence.

    `is_failure` is False where the window is past: only the present of a snapshot can be asked for.
    """

    source: str
    stream: str
    account_id: str
    window_date: str
    reason: str
    is_failure: bool = True


@dataclass(frozen=True)
class Harvest:
    """What one fetch of a source brought."""

    captures: list[Capture]
    shortfalls: list[Shortfall]
    request_count: int

    @property
    def failures(self) -> list[Shortfall]:
        """The windows that a later run has to bring."""
        return [shortfall for shortfall in self.shortfalls if shortfall.is_failure]


@dataclass(frozen=True)
class _Errand:
    """One account in the run of one day: everything that is asked at one address and one present."""

    account: Account
    day: date
    windows: tuple[date, ...]
    owed: Mapping[str, frozenset[date]] = field(default_factory=dict)
    siblings: frozenset[str] = frozenset()  # the brand's accounts of the source, which share its budget


def fetch(
    settings: Settings,
    source: str,
    accounts: Iterable[Account],
    days: list[date],
    streams: set[str] | None = None,
) -> Harvest:
    """Capture the windows of `days` for every account of `source`, accounts and days in parallel."""
    landing.mend(settings.landing)
    chosen = [stream for stream in SOURCES[source].streams if streams is None or stream.name in streams]
    mine = [account for account in accounts if account.source == source]
    errands = [
        replace(errand, siblings=siblings(account, mine))
        for account in mine
        for errand in _errands(settings, account, days)
    ]
    first_windows = _first_windows(settings, mine, chosen, min(days))
    # The days of an account follow each other where a stream plans with what the day before brought.
    is_planned = any(stream.looks_back_days for stream in chosen)
    # So do the accounts of a brand with a budget, which two at a time could exceed.
    purses = list(dict.fromkeys(_purse(account) for account in mine))
    queues = [[errand for errand in errands if _purse(errand.account) == purse] for purse in purses]
    if not is_planned:
        queues = [[errand] for errand in errands]

    def in_turn(queue: list[_Errand]) -> list[Harvest]:
        return [_run(settings, errand, chosen, first_windows) for errand in queue]

    with ThreadPoolExecutor(max_workers=SOURCES[source].accounts_at_once) as pool:
        harvests = [harvest for queue in pool.map(in_turn, queues) for harvest in queue]
    harvest = Harvest(
        captures=[capture for part in harvests for capture in part.captures],
        shortfalls=[shortfall for part in harvests for shortfall in part.shortfalls],
        request_count=sum(part.request_count for part in harvests),
    )
    _note(settings, source, {stream.name for stream in chosen}, harvest.shortfalls)
    return harvest


def _first_windows(
    settings: Settings, accounts: list[Account], streams: list[Stream], day: date
) -> dict[tuple[str, str], date]:
    """The window before which nothing was ever captured, by account and stream: change feeds begin there."""
    first = {}
    for account in accounts:
        for stream in streams:
            window = max(day - timedelta(days=stream.restates_days), settings.start_date)
            if not landing.has_earlier(settings.landing, account.source, stream.name, account.account_id, window):
                first[account.account_id, stream.name] = window
    return first


def _errands(settings: Settings, account: Account, days: list[date]) -> list[_Errand]:
    """One errand a day where each day has a present of its own; else one for all days.

    The last one also asks for the windows that the fetch before could not bring.
    """
    owed = _owed(settings, account)
    if settings.is_rehearsed(account.source):
        return [_Errand(account, day, (day,), owed if day == max(days) else {}) for day in days]
    return [_Errand(account, max(days), tuple(days), owed)]


def _owed(settings: Settings, account: Account) -> dict[str, frozenset[date]]:
    kinds = {stream.name: stream.kind for stream in SOURCES[account.source].streams}
    owed: dict[str, set[date]] = {}
    for entry in shortfalls(settings, account.source):
        if entry.is_failure and entry.account_id == account.account_id and kinds.get(entry.stream) == "window":
            owed.setdefault(entry.stream, set()).add(date.fromisoformat(entry.window_date))
    return {stream: frozenset(windows) for stream, windows in owed.items()}


def _run(
    settings: Settings, errand: _Errand, streams: list[Stream], first_windows: dict[tuple[str, str], date]
) -> Harvest:
    account, source = errand.account, SOURCES[errand.account.source]
    captures: list[Capture] = []
    shortfalls: list[Shortfall] = []
    # Where the source itself can't be asked for its clock, a snapshot that failed is filed under ours.
    present = errand.day + timedelta(days=1) if settings.is_rehearsed(source.name) else datetime.now(UTC).date()

    def fell_short(stream: Stream, window: date, reason: str, is_failure: bool = True) -> None:
        filed_under = window if stream.kind == "window" else present
        shortfalls.append(
            Shortfall(
                source.name,
                stream.name,
                account.account_id,
                filed_under.isoformat(),
                reason,
                is_failure=is_failure,
            )
        )

    def says(error: Exception | str) -> str:
        return f"{source.name} account {account.account_id}: {error}"

    try:
        api = opened(settings, account, errand.siblings, errand.day)
    except (Problem, SourceError) as error:
        for stream in streams:
            for window in _windows(settings, stream, errand):
                fell_short(stream, window, says(error))
        return Harvest([], shortfalls, 0)
    with closing(api):
        refused: Exception | None = None
        for stream in streams:
            missed_first: Exception | None = None
            for window in _windows(settings, stream, errand):
                is_first = first_windows.get((account.account_id, stream.name)) == window
                try:
                    if refused or missed_first:
                        raise refused or missed_first
                    if stream.kind != "window" and (api.present().date() - window).days not in (0, 1):
                        reason = f"{stream.name} of a past day can't be asked for, {source.name} tells only the present"
                        fell_short(stream, window, reason, is_failure=False)
                        continue
                    capture, lacking = _capture(settings, api, account, stream, Window(window, is_first=is_first))
                    captures.append(capture)
                    if lacking:
                        raise lacking
                except SourceError as error:
                    refused = error if isinstance(error, TokenRefused) else refused
                    # Later windows without the first would look as if all before them had been read.
                    missed_first = error if is_first else missed_first
                    fell_short(stream, window, says(error))
                except UNKNOWN_SHAPE as error:
                    log.debug("%s", error, exc_info=True)
                    fell_short(stream, window, says(f"{stream.name} came in a shape that is not known: report it"))
        return Harvest(captures, shortfalls, api.usage.requests)


def opened(settings: Settings, account: Account, siblings: Collection[str], day: date) -> Api:
    """Open an account's door, with what the brand may spend, what it is charged, and what renews its token."""
    base_url = settings.base_url(account.source, day)
    api = SOURCES[account.source].open(base_url, settings.token_of(account, base_url))
    api.budget_usd = budget_left(settings, account, siblings, day)
    if account.prices_usd:
        api.prices = api.prices.at(account.prices_usd)
    if account.refresh_token_env:
        api.renew = partial(settings.token_of, account, base_url)
    return api


def _purse(account: Account) -> str:
    return account.account_id if account.monthly_budget_usd is None else f"of brand {account.brand_id}"


def siblings(account: Account, accounts: Iterable[Account]) -> frozenset[str]:
    """Return the ids of the brand's accounts of the source, which share its budget."""
    return frozenset(
        one.account_id for one in accounts if (one.source, one.brand_id) == (account.source, account.brand_id)
    )


def budget_left(settings: Settings, account: Account, siblings: Collection[str], day: date) -> Decimal | None:
    """Return what the brand may still spend in the UTC month of the run of `day`, None without a limit."""
    if account.monthly_budget_usd is None:
        return None
    present = day + timedelta(days=1) if settings.is_rehearsed(account.source) else datetime.now(UTC).date()
    _, spent = landing.billed(settings.landing, account.source, siblings, f"{present:%Y-%m}")
    return account.monthly_budget_usd - spent


def _windows(settings: Settings, stream: Stream, errand: _Errand) -> list[date]:
    """The days asked for: those of the run, and before them those that the source restates."""
    if stream.kind != "window":
        return [max(errand.windows)]
    trailing = {day - timedelta(days=back) for day in errand.windows for back in range(stream.restates_days + 1)}
    owed = errand.owed.get(stream.name, frozenset())
    # A day that was never captured is no restatement: it would stand alone in the past.
    revisited = {
        day
        for day in (window - timedelta(days=age) for window in errand.windows for age in stream.revisits)
        if landing.has_window(settings.landing, errand.account, stream, day)
    }
    return sorted(day for day in trailing | owed | revisited if day >= settings.start_date)


def _capture(
    settings: Settings, api: Api, account: Account, stream: Stream, window: Window
) -> tuple[Capture, SourceError | None]:
    """Land a window, from where it was broken off earlier today.

    Of a stream that resumes by itself also a part, with the reason why the rest is lacking.
    """
    captured_at = api.present()
    filed_under = window.day if stream.kind == "window" else captured_at.date()
    lacking: list[SourceError] = []
    if stream.looks_back_days:
        since = captured_at.date() - timedelta(days=stream.looks_back_days)
        window = replace(window, landed=partial(landing.earlier_pages, settings.landing, account, stream, since))

    # A part that can't be gone on from was paid for all the same.
    before = api.usage.mark()

    def written(resumed: Part | None) -> Capture:
        pages = stream.pages(api, account, window)

        def used() -> Usage:
            usage = api.usage.since(before)
            return replace(usage, requests=usage.requests + (len(resumed.pages) if resumed else 0))

        return landing.write(
            settings.landing,
            account,
            stream,
            filed_under,
            resumed.begun_at if resumed else captured_at,
            _as_far_as_possible(pages, lacking) if stream.looks_back_days else pages,
            settings.person_key,
            used,
            resumed,
        )

    part = landing.part(settings.landing, account, stream, filed_under, captured_at)
    if part is not None:
        api.recall(part.pages, part.begun_at)
        try:
            return written(part), _last(lacking)
        except (RequestRefused, UnreadableAnswer):
            log.debug("the cursor of a broken-off fetch has died: begun anew", exc_info=True)
        finally:
            api.forget()
        landing.forget_part(settings.landing, account, stream, filed_under, captured_at)
    return written(None), _last(lacking)


def _last(lacking: list[SourceError]) -> SourceError | None:
    return lacking[-1] if lacking else None


def _as_far_as_possible(pages: Iterable[Page], lacking: list[SourceError]) -> Iterator[Page]:
    """Yield the pages that come before a quota ends, or before they come again without end.

    They are paid for, and the next run asks for the rest alone.
    """
    count, stopped = 0, None
    try:
        for page in pages:
            yield page
            count += 1
    except (QuotaExhausted, EndlessPages) as error:
        stopped = error
    if stopped and not count:
        raise stopped
    if stopped:
        kept = f"partial, will resume: {count} page(s) are kept; {stopped}"
        lacking.append(type(stopped)(kept, code=stopped.code))


def _note(settings: Settings, source: str, chosen: set[str], found: list[Shortfall]) -> None:
    """Leave the shortfalls for the load, which enters them in the ledger, and for the next fetch, which makes up."""
    path = settings.landing / source / "shortfalls.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = [shortfall for shortfall in shortfalls(settings, source) if shortfall.stream not in chosen]
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(json.dumps([asdict(shortfall) for shortfall in [*kept, *found]], indent=1), encoding="utf-8")
    beside.replace(path)


def shortfalls(settings: Settings, source: str) -> list[Shortfall]:
    """Return what the last fetch of `source` could not bring."""
    path = settings.landing / source / "shortfalls.json"
    if not path.exists():
        return []
    return [Shortfall(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
