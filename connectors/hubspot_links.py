"""Whose an object is: a search never tells, so its page is followed by the contacts that its objects belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.dialect import Reply
from connectors.http import Api
from connectors.hubspot_paths import of_crm
from connectors.hubspot_search import results
from connectors.streams import Page


def contacts_of(api: Api, kind: str, found: Reply) -> Iterator[Page]:
    """Yield the contacts of the objects on a page, and again for those that have more than one answer holds."""
    inputs = [{"id": str(one["id"])} for one in results(found)]
    while inputs:
        reply = api.post(of_crm(api, "associations", f"{kind}/contacts/batch/read", legacy="v4"), {"inputs": inputs})
        inputs = [_next_input(result) for result in results(reply) if result.get("paging")]
        yield reply.page


def _next_input(result: dict[str, Any]) -> dict[str, str]:
    return {"id": result["from"]["id"], "after": str(result["paging"]["next"]["after"])}
