"""What leaves HubSpot, planted in a world of the sandbox: merged, archived and erased objects, over real HTTP."""

from datetime import UTC, date, datetime

import pytest

from connectors import SOURCES
from connectors.streams import Account, Window
from sandbox import scenario
from sandbox.world import build
from tests.connectors.conftest import rows, stream_of
from tests.sandbox.conftest import serving

ACCOUNT = Account("aozora", "hubspot", "24000101", None, "Asia/Tokyo", "JPY", "HUBSPOT_TOKEN_AOZORA")
CHANGES = [
    {"kind": "merged", "number": 1, "into": 2, "at": "2026-07-10"},
    {"kind": "archived", "number": 3, "at": "2026-07-11"},
    {"kind": "erased", "number": 4, "at": "2026-07-11"},
    {"kind": "archived", "object_type": "deals", "number": 1, "at": "2026-07-11"},
]


@pytest.fixture(scope="module")
def changed():
    planned = scenario.load(scenario.SCENARIOS / "small.yml")
    changes = tuple(scenario.CrmChange(brand_id="aozora", **change) for change in CHANGES)
    yield from serving(build(planned.model_copy(update={"crm_changes": changes})))


def pages(changed, stream, present, window=None):
    api = SOURCES["hubspot"].open(f"{changed.root}/at/{present}/hubspot", "demo-aozora")
    try:
        return list(stream_of("hubspot", stream).pages(api, ACCOUNT, Window(window or date.fromisoformat(present))))
    finally:
        api.close()


def contact_ids(changed, at):
    moment = datetime.combine(date.fromisoformat(at), datetime.min.time(), UTC)
    return [one.contact_id for one in changed.world.contacts["aozora"] if one.created_at <= moment]


def test_the_census_of_a_day_lists_who_is_left(changed):
    ids = contact_ids(changed, "2026-07-12")
    found = pages(changed, "census", "2026-07-12")
    stream = stream_of("hubspot", "census")
    assert {row["contact_id"] for row in rows(stream, "live_contacts", found)} == {ids[1], *ids[4:]}
    archived = {(row["object_type"], row["object_id"]) for row in rows(stream, "archived_objects", found)}
    assert archived == {("contacts", ids[2]), ("deals", changed.world.deals["aozora"][0].deal_id)}
    before = pages(changed, "census", "2026-07-09")
    assert {row["contact_id"] for row in rows(stream, "live_contacts", before)} == set(
        contact_ids(changed, "2026-07-09")
    )


def test_the_winner_of_a_merge_is_found_on_the_day_of_the_merge(changed):
    ids = contact_ids(changed, "2026-07-12")
    found = pages(changed, "contacts", "2026-07-11", date(2026, 7, 10))
    merged = rows(stream_of("hubspot", "contacts"), "merged_contacts", found)
    assert [(row["merged_id"], row["winner_id"]) for row in merged] == [(ids[0], ids[1])]


def test_the_history_of_a_deal_has_each_stage_it_entered(changed):
    api_pages = pages(changed, "deals", "2026-07-13", date(2026, 7, 12))
    stream = stream_of("hubspot", "deals")
    entered = {(row["deal_id"], row["stage"], row["entered_at"]) for row in rows(stream, "deal_stages", api_pages)}
    seen = {row["deal_id"] for row in rows(stream, "deals", api_pages)}
    end = datetime(2026, 7, 13, tzinfo=UTC)
    planted = {
        (deal.deal_id, properties["dealstage"], moment.replace(microsecond=moment.microsecond // 1000 * 1000))
        for deal in changed.world.deals["aozora"]
        if deal.deal_id in seen
        for moment, properties in deal.changes
        if "dealstage" in properties and moment <= end
    }
    assert seen
    assert entered == planted
