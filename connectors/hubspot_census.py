"""Who is still in HubSpot: a search never tells what was archived or erased, so every id is counted each run.

A contact that stands in neither list is gone for good: erased on request, or archived more than 90 days ago.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.errors import UnreadableAnswer, names_the_token
from connectors.http import Api
from connectors.hubspot_paths import of_crm
from connectors.hubspot_search import results
from connectors.streams import Account, Page, Window

LIST_SIZE = 100


@names_the_token
def census(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the ids of all contacts there are, then of all archived contacts and deals."""
    yield from _listed(api, "contacts", "false")
    yield from _listed(api, "contacts", "true")
    yield from _listed(api, "deals", "true")


@names_the_token
def pipelines(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the stages of deals, which say what won and lost mean in this portal."""
    yield api.get(of_crm(api, "pipelines", "deals")).page


def _listed(api: Api, kind: str, archived: str) -> Iterator[Page]:
    seen: set[str] = set()
    after: dict[str, str] = {}
    while True:
        reply = api.get(
            of_crm(api, "objects", kind), limit=LIST_SIZE, archived=archived, properties="hs_object_id", **after
        )
        results(reply)
        yield reply.page
        cursor = ((reply.json.get("paging") or {}).get("next") or {}).get("after")
        if cursor is None:
            return
        if str(cursor) in seen:
            raise UnreadableAnswer("HubSpot gave the same page twice instead of the next: run again later")
        seen.add(str(cursor))
        after = {"after": str(cursor)}
