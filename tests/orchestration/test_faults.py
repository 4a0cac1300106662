"""Rows of the fault matrix that take a whole fetch: what breaks stays with its window, account or stream."""

from __future__ import annotations

import itertools
import json
from datetime import date

import pytest

from connectors import SOURCES
from connectors.streams import Account
from orchestration import capturing, drift, ingest, landing, ledger, loading, raw
from orchestration.settings import Settings
from tests.connectors.scripted import Answer, Scripted
from tests.orchestration.conftest import NOON

DAY = date(2026, 8, 31)
PORTALS = [Account("b", "hubspot", one, None, "UTC", "EUR", f"TOKEN_{one}") for one in ("1", "2")]


class Portals:
    """Two portals of two pages of contacts each; the key of the first may die after its first page."""

    def __init__(self) -> None:
        self.dies, self.asked = True, []

    def __call__(self, asked) -> Answer:
        if asked.path == "/base/":
            return Answer(b"", 404)
        portal, question = asked.headers["Authorization"][-1], json.loads(asked.body)
        self.asked.append((portal, question.get("after", "0")))
        if "after" in question:
            if portal == "1" and self.dies:
                return Answer({"status": "error", "category": "EXPIRED_AUTHENTICATION", "message": "expired"}, 401)
            return Answer({"total": 2, "results": [{"id": "8", "properties": {}}]})
        more = {"paging": {"next": {"after": "200"}}}
        return Answer({"total": 2, "results": [{"id": "7", "properties": {}}], **more})


@pytest.fixture
def source():
    server = Scripted()
    server.answers = Portals()
    yield server
    server.stop()


@pytest.fixture
def settings(tmp_path, source) -> Settings:
    tokens = {"TOKEN_1": "key-1", "TOKEN_2": "key-2"}
    return Settings.load(
        tmp_path, {"HUBSPOT_BASE_URL": source.url, "WAREHOUSE_PERSON_KEY": "a-key-for-tests-only", **tokens}
    )


def fetched(settings):
    return ingest.fetch(settings, "hubspot", PORTALS, [DAY], {"contacts"})


def test_row_23_a_key_that_dies_between_two_pages_stops_its_account_alone_and_is_gone_on_from(settings, source):
    """Row 23 of the fault matrix."""
    harvest = fetched(settings)
    (reason,) = {one.reason for one in harvest.failures}
    assert reason == "hubspot account 1: HubSpot refused the token (expired): put a valid one in TOKEN_1"
    assert {capture.account_id for capture in harvest.captures} == {"2"}
    assert source.answers.asked.count(("1", "200")) == 1, "the second window is not asked with a dead key"
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        loading.load_new(con, settings, "hubspot", [DAY])
        ledger.enter_failures(con, settings, "hubspot")
        # A day that failed is no day without contacts.
        entered = con.execute("select distinct account_id, status from raw_registry.loads order by 1, 2").fetchall()
        assert entered == [("1", "failed"), ("2", "loaded")]
        assert con.execute("select distinct account_id from raw_hubspot.contacts").fetchall() == [("2",)]
    source.answers.dies = False
    source.answers.asked.clear()
    again = fetched(settings)
    assert again.failures == []
    assert ("1", "0") in source.answers.asked and source.answers.asked.count(("1", "0")) == 1, "one page was kept"


def test_row_20_a_listing_that_never_ends_is_an_error(settings, source, monkeypatch):
    """Row 20 of the fault matrix."""
    monkeypatch.setattr(capturing, "MOST_PAGES", 5)
    pages = itertools.count(1)

    def endless(asked):
        return Answer({"results": [], "paging": {"next": {"after": f"c{next(pages)}"}}})

    source.answers = endless
    harvest = ingest.fetch(settings, "hubspot", PORTALS[:1], [DAY], {"census"})
    assert [one.reason for one in harvest.failures] == [
        "hubspot account 1: more than 5 pages came and no last one: report it"
    ]
    assert next(pages) < 10


def _nested(schema, path=()):
    inner = schema[0] if isinstance(schema, list) else schema
    if path and isinstance(schema, dict | list):
        yield path
    for name, one in inner.items() if isinstance(inner, dict) else ():
        yield from _nested(one, (*path, name))


def _sample(schema):
    if isinstance(schema, list):
        return [_sample(schema[0])]
    if isinstance(schema, dict):
        return {name: _sample(inner) for name, inner in schema.items()}
    return "1"


def _planted(document, path):
    name, *rest = path
    holder = document[0] if isinstance(document, list) else document
    holder[name] = _planted(holder[name], rest) if rest else "was an object once"
    return document


CASES = [
    (source, stream, path)
    for source in ("ga4", "hubspot")
    for stream in SOURCES[source].streams
    for path in _nested(stream.tables[0].schema)
]


@pytest.mark.parametrize(("name", "stream", "path"), CASES, ids=[f"{s}.{t.name}.{'.'.join(p)}" for s, t, p in CASES])
def test_row_28_every_object_and_list_of_a_page_that_is_one_no_more_blocks_by_its_path(settings, name, stream, path):
    """Row 28 of the fault matrix."""
    page = _planted(_sample(stream.tables[0].schema), path)
    account = Account("b", name, "1", None, "UTC", "EUR", "TOKEN_1")
    body = json.dumps(page).encode()
    pages = [landing.Page("/x/contacts?archived=true", 200, body)]
    landing.write(settings.landing, account, stream, DAY, NOON, pages, settings.person_key)
    drifts: list[drift.Drift] = []
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        loading.load_new(con, settings, name, None, {stream.name}, drifts)
    blocking = [one for one in drifts if one.blocks]
    assert [one.path.replace("[]", "") for one in blocking] == [".".join(path)]
    assert "and came as string" in blocking[0].sentence
