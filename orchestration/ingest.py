"""Ask the sources for the windows of a run and land what they answer; one account's failure leaves the rest whole."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from connectors import SOURCES
from connectors.errors import UNKNOWN_SHAPE, NotTold, PermissionMissing, SourceError, TokenRefused
from connectors.http import Api
from connectors.streams import Account, Stream, Window
from orchestration import access, parts, shortfalls
from orchestration.capturing import capture
from orchestration.errands import Errand, first_windows, queues, windows
from orchestration.landing import Capture
from orchestration.settings import Problem, Settings
from orchestration.shortfalls import Shortfall

log = logging.getLogger("warehouse")
Firsts = Mapping[tuple[str, str], date]


@dataclass
class Harvest:
    """What one fetch of a source, or one errand of it, brought."""

    captures: list[Capture] = field(default_factory=list)
    shortfalls: list[Shortfall] = field(default_factory=list)
    request_count: int = 0

    @property
    def failures(self) -> list[Shortfall]:
        """The windows that a later run has to bring."""
        return [shortfall for shortfall in self.shortfalls if shortfall.is_failure]

    def add(self, other: Harvest) -> None:
        """Put another harvest to this one."""
        self.captures += other.captures
        self.shortfalls += other.shortfalls
        self.request_count += other.request_count


def fetch(
    settings: Settings,
    source: str,
    accounts: Iterable[Account],
    days: list[date],
    streams: set[str] | None = None,
) -> Harvest:
    """Capture the windows of `days` for every account of `source`, accounts and days in parallel."""
    parts.mend(settings.landing)
    chosen = [stream for stream in SOURCES[source].streams if streams is None or stream.name in streams]
    mine = [account for account in accounts if account.source == source]
    firsts = first_windows(settings, mine, chosen, min(days))

    def in_turn(queue: list[Errand]) -> list[Harvest]:
        return [_Fetch(settings, errand).run(chosen, firsts) for errand in queue]

    whole = Harvest()
    with ThreadPoolExecutor(max_workers=SOURCES[source].accounts_at_once) as pool:
        for harvests in pool.map(in_turn, queues(settings, mine, chosen, days)):
            for one in harvests:
                whole.add(one)
    shortfalls.note(settings, source, {stream.name for stream in chosen}, whole.shortfalls)
    return whole


class _Fetch:
    """One errand on its way: what it has brought, and why the rest is lacking."""

    def __init__(self, settings: Settings, errand: Errand) -> None:
        self.settings, self.errand, self.account = settings, errand, errand.account
        self.source = SOURCES[errand.account.source]
        self.harvest = Harvest()
        self.refused: TokenRefused | None = None  # no other stream will fare better

    def run(self, streams: list[Stream], firsts: Firsts) -> Harvest:
        """Ask every window of every stream, one after the other."""
        try:
            api = access.opened(self.settings, self.account, self.errand.siblings, self.errand.day)
        except (Problem, SourceError) as error:
            for stream in streams:
                for window in windows(self.settings, stream, self.errand):
                    self._fell_short(stream, window, error)
            return self.harvest
        with closing(api):
            for stream in streams:
                self._ask(api, stream, firsts.get((self.account.account_id, stream.name)))
            self.harvest.request_count = api.usage.requests
        return self.harvest

    def _ask(self, api: Api, stream: Stream, first: date | None) -> None:
        lost: SourceError | None = None  # no later window of the stream will fare better, or may be taken
        for window in windows(self.settings, stream, self.errand):
            try:
                if self.refused or lost:
                    raise self.refused or lost
                self._capture(api, stream, Window(window, is_first=window == first))
            except SourceError as error:
                self.refused = error if isinstance(error, TokenRefused) else self.refused
                # Later windows without the first would look as if all before them had been read.
                is_forbidden = isinstance(error, PermissionMissing)
                lost = error if window == first or is_forbidden else lost
                is_skipped = isinstance(error, NotTold) or (stream.is_optional and is_forbidden)
                self._fell_short(stream, window, error, is_failure=not is_skipped)
            except UNKNOWN_SHAPE as error:
                log.debug("%s", error, exc_info=True)
                self._fell_short(stream, window, f"{stream.name} came in a shape that is not known: report it")

    def _capture(self, api: Api, stream: Stream, window: Window) -> None:
        if stream.kind != "window" and (api.present().date() - window.day).days not in (0, 1):
            raise NotTold(f"{stream.name} of a past day can't be asked for, {self.source.name} tells only the present")
        captured, lacking = capture(self.settings, api, self.account, stream, window)
        self.harvest.captures.append(captured)
        if lacking:
            raise lacking

    def _fell_short(self, stream: Stream, window: date, why: Exception | str, is_failure: bool = True) -> None:
        # Where the source itself can't be asked for its clock, a snapshot that failed is filed under ours.
        is_rehearsed = self.settings.is_rehearsed(self.source.name)
        present = self.errand.day + timedelta(days=1) if is_rehearsed else datetime.now(UTC).date()
        filed_under = window if stream.kind == "window" else present
        reason = f"{self.source.name} account {self.account.account_id}: {why}"
        self.harvest.shortfalls.append(
            Shortfall(
                self.source.name, stream.name, self.account.account_id, filed_under.isoformat(), reason, is_failure
            )
        )
