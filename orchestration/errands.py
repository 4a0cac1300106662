"""What a fetch has to ask: for each account the days of the run, those restated, revisited and still owed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from connectors import SOURCES
from connectors.streams import Account, Stream
from orchestration import landing, shortfalls
from orchestration.budget import purse, siblings
from orchestration.settings import Settings


@dataclass(frozen=True)
class Errand:
    """One account in the run of one day: everything that is asked at one address and one present."""

    account: Account
    day: date
    windows: tuple[date, ...]
    owed: Mapping[str, frozenset[date]] = field(default_factory=dict)
    siblings: frozenset[str] = frozenset()  # the brand's accounts of the source, which share its budget


def queues(settings: Settings, accounts: list[Account], streams: list[Stream], days: list[date]) -> list[list[Errand]]:
    """Return what may be asked side by side, each a list of errands that follow each other."""
    every = [
        replace(errand, siblings=siblings(account, accounts))
        for account in accounts
        for errand in errands(settings, account, days)
    ]
    # The days of an account follow each other where a stream plans with what the day before brought.
    if not any(stream.looks_back_days for stream in streams):
        return [[errand] for errand in every]
    # So do the accounts of a brand with a budget, which two at a time could exceed.
    purses = list(dict.fromkeys(purse(account) for account in accounts))
    return [[errand for errand in every if purse(errand.account) == one] for one in purses]


def first_windows(
    settings: Settings, accounts: list[Account], streams: list[Stream], day: date
) -> dict[tuple[str, str], date]:
    """Return the window before which nothing was ever captured, by account and stream: change feeds begin there."""
    first = {}
    for account in accounts:
        for stream in streams:
            window = max(day - timedelta(days=stream.restates_days), settings.start_date)
            if not landing.has_earlier(settings.landing, account.source, stream.name, account.account_id, window):
                first[account.account_id, stream.name] = window
    return first


def errands(settings: Settings, account: Account, days: list[date]) -> list[Errand]:
    """Return one errand a day where each day has a present of its own; else one for all days.

    The last one also asks for the windows that the fetch before could not bring.
    """
    owed = _owed(settings, account)
    if settings.is_rehearsed(account.source):
        return [Errand(account, day, (day,), owed if day == max(days) else {}) for day in days]
    return [Errand(account, max(days), tuple(days), owed)]


def _owed(settings: Settings, account: Account) -> dict[str, frozenset[date]]:
    kinds = {stream.name: stream.kind for stream in SOURCES[account.source].streams}
    owed: dict[str, set[date]] = {}
    for entry in shortfalls.read(settings, account.source):
        if entry.is_failure and entry.account_id == account.account_id and kinds.get(entry.stream) == "window":
            owed.setdefault(entry.stream, set()).add(date.fromisoformat(entry.window_date))
    return {stream: frozenset(windows) for stream, windows in owed.items()}


def windows(settings: Settings, stream: Stream, errand: Errand) -> list[date]:
    """Return the days asked for: those of the run, and before them those that the source restates."""
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
