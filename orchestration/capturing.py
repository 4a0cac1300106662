"""Land one window of one account, from where it was broken off earlier in the day."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from connectors.errors import EndlessPages, QuotaExhausted, RequestRefused, SourceError, UnreadableAnswer
from connectors.http import Api
from connectors.streams import Account, Page, Stream, Window
from connectors.usage import Usage
from orchestration import landing, parts
from orchestration.landing import Capture
from orchestration.parts import Part
from orchestration.settings import Settings

MOST_PAGES = 100_000  # a portal of ten million contacts
log = logging.getLogger("warehouse")


def capture(
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
        pages = _bounded(stream.pages(api, account, window))

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

    part = parts.find(settings.landing, account, stream, filed_under, captured_at)
    if part is not None:
        api.recall(part.pages, part.begun_at)
        if api.budget_usd is not None:
            # Recalled pages are billed again, and the budget knows of them already.
            api.budget_usd += part.price_usd
        try:
            return written(part), _last(lacking)
        except (RequestRefused, UnreadableAnswer):
            log.debug("the cursor of a broken-off fetch has died: begun anew", exc_info=True)
        finally:
            api.forget()
        parts.forget(settings.landing, account, stream, filed_under, captured_at)
    return written(None), _last(lacking)


def _bounded(pages: Iterable[Page]) -> Iterator[Page]:
    """Yield pages as long as there can be so many: a cursor that is new each time ends nowhere."""
    for count, page in enumerate(pages, 1):
        if count > MOST_PAGES:
            raise UnreadableAnswer(f"more than {MOST_PAGES:,} pages came and no last one: report it")
        yield page


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
