"""Survey answers and tickets of a portal with a Service Hub, and their absence elsewhere, over real HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors import SOURCES
from connectors.errors import PermissionMissing
from connectors.personal import scrub
from connectors.streams import Account, Window
from orchestration import ingest
from orchestration.settings import Settings
from sandbox import scenario
from sandbox.world import build
from tests.connectors.conftest import KEY, rows, stream_of
from tests.sandbox.conftest import serving

END = date(2026, 7, 12)
PORTALS = {"aozora": "24000101", "nordlicht": "24000102"}


@pytest.fixture(scope="module")
def desk():
    """Aozora's portal has a Service Hub, Nordlicht's has none."""
    planned = scenario.load(scenario.SCENARIOS / "small.yml")
    aozora, nordlicht = planned.brands
    brands = (aozora.model_copy(update={"service_hub": True}), nordlicht)
    yield from serving(build(planned.model_copy(update={"brands": brands})))


def account(brand):
    return Account(brand, "hubspot", PORTALS[brand], None, "UTC", "EUR", f"HUBSPOT_TOKEN_{brand.upper()}")


def found(desk, name, brand="aozora"):
    api = SOURCES["hubspot"].open(f"{desk.root}/at/2026-07-13/hubspot", f"demo-{brand}")
    try:
        return list(stream_of("hubspot", name).pages(api, account(brand), Window(END, is_first=True)))
    finally:
        api.close()


def of_kind(desk, kind):
    end = datetime(2026, 7, 13, tzinfo=UTC)
    return {one.object_id: one for one in desk.world.service["aozora"] if one.kind == kind and one.created_at < end}


def test_every_answer_comes_with_its_score_its_contact_and_its_instant(desk):
    told = rows(stream_of("hubspot", "feedback"), "feedback", found(desk, "feedback"))
    given = of_kind(desk, "feedback_submissions")
    assert given
    assert {row["feedback_id"]: (row["contact_id"], row["score"], row["submitted_at"]) for row in told} == {
        key: (one.contact_id, Decimal(one.changes[0][1]["hs_value"]), one.created_at.replace(microsecond=0))
        for key, one in given.items()
    }
    assert {row["survey_type"] for row in told} == {"NPS"}


def test_every_ticket_comes_with_its_instants_and_whose_it_is(desk):
    pages, stream = found(desk, "tickets"), stream_of("hubspot", "tickets")
    opened = of_kind(desk, "tickets")
    told = {row["ticket_id"]: row for row in rows(stream, "tickets", pages)}
    assert set(told) == set(opened) and opened
    closed = {
        key
        for key, one in opened.items()
        if len(one.changes) > 1 and one.changes[1][0] <= datetime(2026, 7, 13, tzinfo=UTC)
    }
    assert {key for key, row in told.items() if row["closed_at"]} == closed
    owners = {(row["ticket_id"], row["contact_id"]) for row in rows(stream, "ticket_contacts", pages)}
    assert owners == {(key, one.contact_id) for key, one in opened.items()}


@pytest.mark.parametrize("name", ["feedback", "tickets"])
def test_what_people_wrote_is_never_asked_for_and_never_landed(desk, name):
    stream = stream_of("hubspot", name)
    for page in found(desk, name):
        assert "hs_content" not in page.asked and '"subject"' not in page.asked
        assert b"example.com" not in scrub(page.body, stream.personal, KEY)


@pytest.mark.parametrize(
    ("name", "scope"), [("feedback", "crm.objects.feedback_submissions.read"), ("tickets", "tickets")]
)
def test_the_scope_that_is_missing_is_named(desk, name, scope):
    with pytest.raises(PermissionMissing, match=f"give the key the scope {scope}$"):
        found(desk, name, "nordlicht")


def test_row_23_a_refused_optional_stream_is_a_reason_and_no_failure_while_a_needed_one_fails(desk, tmp_path):
    """Row 23 of the fault matrix."""
    environ = {
        "HUBSPOT_BASE_URL": f"{desk.root}/at/{{present}}/hubspot",
        "HUBSPOT_TOKEN_AOZORA": "demo-aozora",
        "HUBSPOT_TOKEN_NORDLICHT": "demo-nordlicht",
        "WAREHOUSE_PERSON_KEY": "a-key-for-tests-only",
    }
    settings = Settings.load(tmp_path, environ)
    accounts = [account(brand) for brand in PORTALS]
    harvest = ingest.fetch(settings, "hubspot", accounts, [END])
    assert harvest.failures == []
    skipped = [one for one in harvest.shortfalls if one.account_id == PORTALS["nordlicht"]]
    assert {one.stream for one in skipped} == {"feedback", "tickets"}
    assert all("HubSpot does not allow" in one.reason for one in skipped)
    assert not [one for one in harvest.shortfalls if one.account_id == PORTALS["aozora"]]
    came = {one.stream for one in harvest.captures if one.account_id == PORTALS["nordlicht"]}
    assert came == {"contacts", "deals", "census", "pipelines"}
    fault = [{"source": "hubspot", "path": "*/deals/search", "what": "status_403"}]
    desk.session.post(f"{desk.root}/faults", json=fault).raise_for_status()
    refused = ingest.fetch(settings, "hubspot", accounts, [END], {"deals"})
    desk.session.delete(f"{desk.root}/faults")
    assert {one.stream for one in refused.failures} == {"deals"}
