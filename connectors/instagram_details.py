"""What only one type of media has, asked media by media: watch time of reels, follows and visits, taps of stories.

These counters move little once a post is old, so a post is asked daily in its first week, then once a week, and past
a quarter of a year once a month. Which day is a matter of its id, so that each day brings an equal share. What a
capture has no room for, the oldest first, waits for its next day; there is little where each question is a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zlib import crc32

from connectors import instagram_host as graph
from connectors.dialect import Reply
from connectors.errors import PermissionMissing
from connectors.http import Api
from connectors.instagram_metrics import media_questions
from connectors.streams import Page

FEWEST_ALONE = 4
MOST_BATCHES = 5
FRESH_DAYS, RECENT_DAYS = 7, 90
WEEK, MONTH = 7, 30
NEVER_SERVED = 2108006, 33  # before the account's conversion; gone


def details(api: Api, media: Iterable[dict], today: date, most_alone: int) -> Iterator[Page]:
    """Yield the insights that the media's own type has, fifty questions a call; a metric refused is left out.

    A host that takes no batches is asked `most_alone` questions.
    """
    due = [one for one in {one["id"]: one for one in media}.values() if _is_due(one, today)]
    asked = [
        (one["id"], metrics, breakdown)
        for one in due
        for metrics, breakdown in media_questions(str(one.get("media_product_type", "")).upper())
    ]
    # The first few show whether the host takes them together, where that is not known yet.
    tried = FEWEST_ALONE if graph.takes_batches(api) is None else 0
    yield from _answered(api, asked[:tried])
    batches = MOST_BATCHES - 1 if tried else MOST_BATCHES
    most = tried + batches * graph.MOST_IN_A_BATCH if graph.takes_batches(api) else most_alone
    yield from _answered(api, asked[tried:most])


def _answered(api: Api, asked: list[tuple[str, tuple[str, ...], str]]) -> Iterator[Page]:
    while asked:
        questions = [(f"{media_id}/insights", _parameters(*rest)) for media_id, *rest in asked]
        again = []
        for (media_id, metrics, breakdown), outcome in zip(asked, graph.ask_each(api, questions), strict=True):
            yield outcome.page
            left = _left(outcome, metrics)
            if left:
                again.append((media_id, left, breakdown))
        asked = again


def _left(outcome: Reply | graph.Refusal, metrics: tuple[str, ...]) -> tuple[str, ...]:
    """Return the metrics that are worth another try after a refusal."""
    if isinstance(outcome, Reply | PermissionMissing) or outcome.subcode in NEVER_SERVED:
        return ()
    culprits = graph.blamed(outcome, metrics)
    return tuple(name for name in metrics if name not in culprits) if culprits else ()


def _parameters(metrics: tuple[str, ...], breakdown: str) -> dict[str, str]:
    return {"metric": ",".join(metrics)} | ({"breakdown": breakdown} if breakdown else {})


def _is_due(media: dict, today: date) -> bool:
    try:
        age = (today - datetime.fromisoformat(str(media.get("timestamp", ""))).date()).days
    except ValueError:
        return False
    every = 1 if age <= FRESH_DAYS else WEEK if age <= RECENT_DAYS else MONTH
    return (crc32(str(media["id"]).encode()) + today.toordinal()) % every == 0
