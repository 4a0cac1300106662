"""Reading all objects that changed in a window through a search that shows 10,000 at most.

The search is sorted by the time of change. Where it would pass the cap, it starts again at the newest time seen; what
comes twice is the same object. Should more than the cap carry one and the same millisecond, as after a bulk
edit, that instant is drained by object id, and its count is compared with the one that HubSpot tells. What shifts
between two pages is read again.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from connectors.dialect import Reply
from connectors.errors import RequestRefused, UnreadableAnswer
from connectors.http import Api
from connectors.hubspot_paths import of_crm
from connectors.streams import Window

PAGE_SIZE = 200
MOST_SHOWN = 10_000
MOST_SHIFTS = 5  # in a row that bring no later time
MILLISECOND = timedelta(milliseconds=1)
# A filter from the very epoch is answered with a 500.
BEGINNING = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
Ending = Literal["whole", "at the cap", "shifted"]


def changed(api: Api, kind: str, watermark: str, properties: list[str], window: Window) -> Iterator[Reply]:
    """Yield the search pages of every object of a kind whose `watermark` lies in the window's UTC day.

    The first window of all reaches back to the beginning.
    """
    path = of_crm(api, "objects", kind)
    start = datetime.combine(window.day, time(), tzinfo=UTC)
    first = _millis(BEGINNING if window.is_first else start)
    last = _millis(start + timedelta(days=1)) - 1
    stuck = 0
    while first <= last:
        newest, ending = yield from _piece(api, path, watermark, properties, (first, last))
        if ending == "whole":
            return
        if ending == "at the cap" and newest == first:
            yield from _instant(api, path, watermark, properties, first)
            newest += 1
        stuck = stuck + 1 if newest == first else 0
        if stuck > MOST_SHIFTS:
            raise UnreadableAnswer("HubSpot's objects change faster than they can be read: run again later")
        first = newest


def _piece(
    api: Api, path: str, watermark: str, properties: list[str], between: tuple[int, int]
) -> Generator[Reply, None, tuple[int, Ending]]:
    """Yield the pages of one search; return the newest time up to which nothing is missing, and how it ended.

    An object that changes while pages are read leaves the window, and all behind it move up: one of them is on neither
    page. The total tells; what follows the page before is then read again.
    """
    window = {
        "propertyName": watermark, "operator": "BETWEEN", "value": str(between[0]), "highValue": str(between[1])
    }  # fmt: skip
    newest, total, ending = between[0], None, "whole"
    for number, reply in enumerate(_pages(api, path, _question([window], watermark, properties))):
        yield reply
        if number and reply.json.get("total") != total:
            return newest, "shifted"
        total = reply.json.get("total")
        newest = max((newest, *(_changed_at(row, watermark) for row in results(reply))))
        ending = "at the cap" if _is_at_the_cap(reply) else "whole"
    return newest, ending


def _instant(api: Api, path: str, watermark: str, properties: list[str], instant: int) -> Iterator[Reply]:
    """Yield every object changed in one millisecond, by object id."""
    moment = {"propertyName": watermark, "operator": "EQ", "value": str(instant)}
    drained: set[str] = set()
    total, beyond, whole = None, [], False
    while not whole:
        before = len(drained)
        for reply in _pages(api, path, _question([moment, *beyond], "hs_object_id", properties)):
            yield reply
            total = reply.json.get("total") if total is None else total
            rows = [str(row["id"]) for row in results(reply)]
            drained.update(rows)
            if rows:
                beyond = [{"propertyName": "hs_object_id", "operator": "GT", "value": rows[-1]}]
            whole = not _is_at_the_cap(reply)
        if len(drained) == before:
            break
    if total != len(drained):
        raise UnreadableAnswer(
            f"HubSpot counts {total} objects changed in one instant and shows {len(drained)}: run again later"
        )


def _pages(api: Api, path: str, question: dict[str, Any]) -> Iterator[Reply]:
    """Yield pages up to the last or to the cap; a page may be short or empty before the last."""
    seen: set[str] = set()
    after: dict[str, str] = {}
    while True:
        reply = _asked(api, f"{path}/search", question | after)
        results(reply)
        yield reply
        cursor = _after(reply)
        if cursor is None or _is_at_the_cap(reply):
            return
        if cursor in seen:
            raise UnreadableAnswer("HubSpot gave the same page twice instead of the next: run again later")
        seen.add(cursor)
        after = {"after": cursor}


def _asked(api: Api, path: str, question: dict[str, Any]) -> Reply:
    """Ask as HubSpot's guide has it; where a server holds to the letter of its description, by that letter.

    The description wants sorts as texts, and a cursor on the first page too.
    """
    refused = None
    if "by the letter" not in api.memory:
        try:
            return api.post(path, question)
        except RequestRefused as caught:
            refused = caught
        if not (refused.page and any(name in refused.page.body for name in (b"sorts", b"'after'"))):
            raise refused
    sorts = [one["propertyName"] for one in question["sorts"]]
    reply = api.post(path, {"after": "0"} | question | {"sorts": sorts})
    api.memory["by the letter"] = True
    return reply


def results(reply: Reply) -> list[dict[str, Any]]:
    """Return the objects of an answer; one that has no list of them is no answer, and no empty day."""
    found = reply.json.get("results")
    if not isinstance(found, list):
        raise UnreadableAnswer("HubSpot answered without results: run again later")
    return found


def _question(filters: list[dict[str, str]], sort: str, properties: list[str]) -> dict[str, Any]:
    return {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
        "properties": properties,
        "limit": PAGE_SIZE,
    }


def _after(reply: Reply) -> str | None:
    after = ((reply.json.get("paging") or {}).get("next") or {}).get("after")
    return None if after is None else str(after)


def _is_at_the_cap(reply: Reply) -> bool:
    cursor = _after(reply)
    return cursor is not None and cursor.isdigit() and int(cursor) + PAGE_SIZE > MOST_SHOWN


def _changed_at(row: dict[str, Any], watermark: str) -> int:
    said = str((row.get("properties") or {}).get(watermark) or row.get("updatedAt") or "0")
    return int(said) if said.isdigit() else _millis(datetime.fromisoformat(said))


def _millis(moment: datetime) -> int:
    # Not timestamp() * 1000: a float drops a millisecond now and then.
    return (moment - datetime.fromisoformat("1970-01-01T00:00:00+00:00")) // MILLISECOND
