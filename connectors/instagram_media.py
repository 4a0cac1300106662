"""Walking a list of media with insights nested in each page, around the media that spoil one.

A media that can't serve one metric makes Graph refuse the whole page. The page is then asked in halves until the
culprit is alone; it is listed without insights and its own are asked for by themselves, so that all others keep
theirs: about two calls for each halving of a hundred, instead of one call a media.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.dialect import Reply
from connectors.errors import PermissionMissing, RequestRefused, UnreadableAnswer
from connectors.http import Api
from connectors.streams import Page

FIELDS = "id,caption,media_type,media_product_type,permalink,timestamp,like_count,comments_count"
PAGE_SIZE = 100
MOST_PAGES = 2000  # an edge lists 10,000 media at most
NOT_ENOUGH_VIEWERS = "Not enough viewers"
UNSUPPORTED = "does not support the"
CONVERTED_LATER = 2108006
CONVERTED_LATER_IN_A_ROW = 3


def walk(api: Api, version: str, path: str, metrics: str) -> Iterator[Page]:
    """Yield the pages of the edge at `path`, with `metrics` of each media; refusals of a single media are pages too."""
    nested, cursor, seen = f"{FIELDS},insights.metric({metrics})", {}, set()
    suspects = 0  # so many media from the cursor on, one of which is known to spoil a page
    unconverted = 0
    for _ in range(MOST_PAGES):
        if suspects == 1:
            reply = api.get(path, fields=FIELDS, limit=1, **cursor)
            yield reply.page
            codes = yield from _alone(api, version, _ids(reply), metrics)
            unconverted = unconverted + 1 if CONVERTED_LATER in codes else 0
            suspects = 0
        else:
            limit = suspects // 2 or PAGE_SIZE
            # Newest first: what is older than the account's conversion stays without insights to the end.
            fields = FIELDS if unconverted == CONVERTED_LATER_IN_A_ROW else nested
            try:
                reply = api.get(path, fields=fields, limit=limit, **cursor)
            except (RequestRefused, PermissionMissing) as refusal:
                if not _may_be_one_media(refusal):
                    raise
                suspects = limit
                continue
            yield reply.page
            unconverted = unconverted if fields == FIELDS else 0
            suspects = max(0, suspects - len(_ids(reply)))
        cursor = _following(reply, seen)
        if not cursor:
            return
    raise UnreadableAnswer(f"Instagram pages {path} without end: run again later")


def _alone(api: Api, version: str, ids: list[str], metrics: str) -> Iterator[Page]:
    """Yield the insights of each media by itself, metric by metric where one is at fault; return the subcodes."""
    subcodes = set()
    for media_id in ids:
        path = f"/{version}/{media_id}/insights"
        answer = _answer_or_refusal(api, path, metrics)
        if isinstance(answer, RequestRefused) and UNSUPPORTED in str(answer):
            for metric in metrics.split(","):
                single = _answer_or_refusal(api, path, metric)
                yield single.page
        else:
            yield answer.page
            subcodes.add(getattr(answer, "subcode", None))
    return subcodes


def _answer_or_refusal(api: Api, path: str, metrics: str) -> Reply | RequestRefused | PermissionMissing:
    try:
        return api.get(path, metric=metrics)
    except (RequestRefused, PermissionMissing) as refusal:
        if not _may_be_one_media(refusal):
            raise
        return refusal


def _may_be_one_media(refusal: RequestRefused | PermissionMissing) -> bool:
    if refusal.page is None:
        return False
    if isinstance(refusal, PermissionMissing):
        return NOT_ENOUGH_VIEWERS in str(refusal)
    # "metric[i] must be one of": no media at all has it, so no smaller page would do better.
    return refusal.code in (1, 100) and "must be one of" not in str(refusal)


def _ids(reply: Reply) -> list[str]:
    return [media["id"] for media in reply.json.get("data", [])]


def _following(reply: Reply, seen: set[str]) -> dict[str, str]:
    paging = reply.json.get("paging", {})
    if "next" not in paging:
        return {}
    after = paging.get("cursors", {}).get("after")
    if not after or after in seen:
        raise UnreadableAnswer("Instagram gave the same page twice instead of the next: run again later")
    seen.add(after)
    return {"after": after}
