"""HubSpot's search allows five a second: they are kept, and not found out by being refused."""

from __future__ import annotations

import time

import pytest

from connectors import SOURCES
from connectors.http import Api
from connectors.hubspot_dialect import DIALECT
from tests.connectors.scripted import Answer


def test_row_11_never_more_than_five_searches_reach_hubspot_within_a_second(scripted):
    """Row 11 of the fault matrix."""
    arrived = []

    def answer(asked):
        arrived.append(time.monotonic())
        return Answer({"results": []})

    scripted.answers = answer
    api = SOURCES["hubspot"].open(scripted.url, "a-token-for-tests")
    for _ in range(11):
        api.post("/crm/objects/2026-09/contacts/search", {})
    api.close()
    assert all(later - earlier > 1 for earlier, later in zip(arrived, arrived[5:], strict=False))
    assert len(arrived) == 11 and arrived[-1] - arrived[0] < 5


def test_other_calls_wait_for_no_search(scripted):
    slept = []
    scripted.answers = [Answer({"results": []})]
    api = Api(DIALECT, scripted.url, "a-token-for-tests", sleep=slept.append)
    for _ in range(9):
        api.get("/crm/objects/2026-09/contacts", limit=100)
    assert slept == []
    for _ in range(5):
        api.post("/crm/objects/2026-09/contacts/search", {})
    assert slept == [pytest.approx(1, abs=0.3)]
    api.close()
