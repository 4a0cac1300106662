"""HubSpot CRM: lists, search and its walls, links, and the state as of the present."""

import time

import pytest

from sandbox.servers.wire import instant as moment

OBJECTS = "/crm/objects/2026-09"


def search(served, kind="contacts", at="2026-07-13", **document):
    for _ in range(4):
        reply = served.ask("hubspot", f"{OBJECTS}/{kind}/search", at=at, method="POST", json=document)
        if reply.status_code != 429:
            return reply
        time.sleep(1.0)  # five searches a second, as documented
    raise AssertionError("still limited after four seconds")


def between(name, low, high):
    return [{"filters": [{"propertyName": name, "operator": "BETWEEN", "value": low, "highValue": high}]}]


def existing(served, at="2026-07-13", brand="aozora"):
    return [one for one in served.world.contacts[brand] if one.created_at <= moment(at)]


def test_a_missing_token_or_one_that_names_no_portal_is_401(served):
    for token in (None, "somebody-elses"):
        reply = served.ask("hubspot", f"{OBJECTS}/contacts", token=token)
        body = reply.json()
        assert (reply.status_code, body["status"], body["category"]) == (401, "error", "INVALID_AUTHENTICATION")
        assert len(body["correlationId"]) == 36


def test_the_token_names_the_portal(served):
    totals = {
        brand: served.ask("hubspot", f"{OBJECTS}/contacts?limit=100", token=f"pat-{brand}").json()["results"][0]["id"]
        for brand in ("aozora", "nordlicht")
    }
    assert totals == {brand: existing(served, brand=brand)[0].contact_id for brand in totals}


def test_the_only_portal_of_a_world_takes_every_token(tiny):
    assert tiny.ask("hubspot", f"{OBJECTS}/deals", token="any", at="2026-07-03").status_code == 200


def test_every_value_is_a_string_or_null_and_unknown_names_are_passed_over(served):
    contact = existing(served)[0]
    path = f"{OBJECTS}/contacts/{contact.contact_id}?properties=lifecyclestage,phone,utm_content,email"
    state = served.world.contact_state(contact, moment("2026-07-13"))
    assert served.ask("hubspot", path).json() == {
        "id": contact.contact_id,
        "properties": {
            "createdate": state["createdate"],
            "email": contact.email,
            "hs_object_id": contact.contact_id,
            "lastmodifieddate": state["lastmodifieddate"],
            "lifecyclestage": state["lifecyclestage"],
            "phone": None,
        },
        "createdAt": state["createdate"],
        "updatedAt": state["lastmodifieddate"],
        "archived": False,
    }


def test_the_watermark_of_contacts_is_lastmodifieddate_and_of_deals_hs_lastmodifieddate(served):
    contact = served.ask("hubspot", f"{OBJECTS}/contacts?limit=1&properties=hs_lastmodifieddate").json()["results"][0]
    deal = served.ask("hubspot", f"{OBJECTS}/deals?limit=1&properties=lastmodifieddate").json()["results"][0]
    assert contact["properties"]["hs_lastmodifieddate"] is None
    assert contact["properties"]["lastmodifieddate"] == contact["updatedAt"]
    assert "lastmodifieddate" not in deal["properties"]
    assert deal["properties"]["hs_lastmodifieddate"] == deal["updatedAt"]


def test_a_list_is_paged_with_a_link_until_paging_is_absent(served):
    found, query = [], "limit=100&properties=lifecyclestage"
    while True:
        page = served.ask("hubspot", f"{OBJECTS}/contacts?{query}").json()
        found += [one["id"] for one in page["results"]]
        if "paging" not in page:
            break
        following = page["paging"]["next"]
        assert set(following) == {"after", "link"}
        query = f"limit=100&after={following['after']}"
    assert found == [one.contact_id for one in existing(served)]
    assert served.ask("hubspot", f"{OBJECTS}/contacts?limit=101").status_code == 400


def test_limits_are_told_on_calls_and_not_on_searches(served):
    headers = served.ask("hubspot", f"{OBJECTS}/deals").headers
    assert (headers["X-HubSpot-RateLimit-Max"], headers["X-HubSpot-RateLimit-Interval-Milliseconds"]) == (
        "190",
        "10000",
    )
    assert not [name for name in search(served).headers if name.lower().startswith("x-hubspot")]


def test_the_sixth_search_within_a_second_is_429(served):
    replies = [
        served.ask("hubspot", f"{OBJECTS}/deals/search", at="2026-07-02", method="POST", json={}) for _ in range(6)
    ]
    assert [reply.status_code for reply in replies] == [200] * 5 + [429]
    assert (replies[-1].json()["policyName"], replies[-1].headers.get("Retry-After")) == ("SECONDLY", None)


# ---------- search


def test_a_window_on_the_watermark_gives_what_changed_in_it_oldest_first(served):
    low, high = moment("2026-07-05"), moment("2026-07-06")
    expected = sorted(
        (state["lastmodifieddate"], contact.contact_id)
        for contact in existing(served)
        if low.isoformat() <= (state := served.world.contact_state(contact, moment("2026-07-13")))["lastmodifieddate"]
        and state["lastmodifieddate"] <= "2026-07-06T00:00:00.000Z"
    )
    groups = between("lastmodifieddate", str(int(low.timestamp() * 1000)), str(int(high.timestamp() * 1000)))
    sorts = [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}]
    answer = search(served, filterGroups=groups, sorts=sorts, limit=200).json()
    assert [(one["updatedAt"], one["id"]) for one in answer["results"]] == expected
    assert (answer["total"], "paging" in answer) == (len(expected), False)


def test_a_search_page_has_a_number_for_its_cursor_and_no_link(served):
    first = search(served, limit=3).json()
    second = search(served, limit=3, after=first["paging"]["next"]["after"]).json()
    assert first["paging"] == {"next": {"after": "3"}}
    ids = [one["id"] for page in (first, second) for one in page["results"]]
    assert ids == [one.contact_id for one in existing(served)[:6]]


@pytest.mark.parametrize(
    "document",
    [
        {"limit": 201},
        {"limit": 200, "after": "9900"},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "LIKE", "value": "a"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "EQ"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "nonsense", "operator": "EQ", "value": "a"}]}]},
        {"sorts": ["createdate", "email"]},
        {"properties": ["x" * 3000]},
    ],
)
def test_a_search_beyond_what_is_allowed_is_400(served, document):
    reply = search(served, at="2026-07-12", **document)
    assert (reply.status_code, reply.json()["category"]) == (400, "VALIDATION_ERROR")


def test_a_page_that_ends_at_ten_thousand_is_allowed(served):
    assert search(served, limit=200, after="9800").json()["results"] == []


def test_a_window_from_the_epoch_itself_is_a_500_and_a_second_later_is_not(served):
    assert search(served, filterGroups=between("lastmodifieddate", "0", "1783900800000")).status_code == 500
    reply = search(served, filterGroups=between("lastmodifieddate", "1970-01-01T00:00:01Z", "1783900800000"))
    assert reply.json()["total"] == len(existing(served))


@pytest.mark.parametrize(
    ("one", "stages"),
    [
        ({"operator": "EQ", "value": "CUSTOMER"}, {"customer"}),
        ({"operator": "IN", "values": ["customer", "opportunity"]}, {"customer", "opportunity"}),
        ({"operator": "HAS_PROPERTY"}, {"lead", "marketingqualifiedlead", "opportunity", "customer"}),
        ({"operator": "NOT_HAS_PROPERTY"}, set()),
    ],
)
def test_filters_on_a_stage_keep_that_stage(served, one, stages):
    groups = [{"filters": [{"propertyName": "lifecyclestage", **one}]}]
    found = search(served, at="2026-07-11", filterGroups=groups, properties=["lifecyclestage"], limit=200).json()
    assert {entry["properties"]["lifecyclestage"] for entry in found["results"]} == stages


@pytest.mark.parametrize(
    ("operator", "holds"),
    [
        ("GT", lambda value, edge: value > edge),
        ("GTE", lambda value, edge: value >= edge),
        ("LT", lambda value, edge: value < edge),
        ("LTE", lambda value, edge: value <= edge),
    ],
)
def test_amounts_are_compared_as_numbers(served, operator, holds):
    at = moment("2026-07-10")
    states = [served.world.deal_state(deal, at) for deal in served.world.deals["aozora"]]
    amounts = [float(state["amount"]) for state in states if state]
    edge = sorted(amounts)[len(amounts) // 2]
    groups = [{"filters": [{"propertyName": "amount", "operator": operator, "value": str(edge)}]}]
    answer = search(served, kind="deals", at="2026-07-10", filterGroups=groups).json()
    assert answer["total"] == sum(holds(amount, edge) for amount in amounts)


# ---------- links, types, versions


def test_deals_are_linked_to_their_contacts(served):
    deals = [deal for deal in served.world.deals["aozora"] if deal.created_at <= moment("2026-07-13")][:3]
    inputs = [{"id": deal.deal_id} for deal in deals] + [{"id": "1"}]
    path = "/crm/associations/2026-09/deals/contacts/batch/read"
    answer = served.ask("hubspot", path, method="POST", json={"inputs": inputs}).json()
    kind = [{"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}]
    assert answer["status"] == "COMPLETE"
    assert answer["results"] == [
        {"from": {"id": deal.deal_id}, "to": [{"toObjectId": deal.contact_id, "associationTypes": kind}]}
        for deal in deals
    ]


def test_older_paths_answer_the_same_and_v4_links_are_numbers(served):
    deal = served.world.deals["aozora"][0]
    old = served.ask("hubspot", f"/crm/v3/objects/deals/{deal.deal_id}").json()
    assert old == served.ask("hubspot", f"{OBJECTS}/deals/{deal.deal_id}").json()
    inputs = {"inputs": [{"id": deal.deal_id}]}
    linked = served.ask("hubspot", "/crm/v4/associations/deals/contacts/batch/read", method="POST", json=inputs).json()
    assert linked["results"][0]["to"][0]["toObjectId"] == int(deal.contact_id)


def test_a_type_without_a_scope_is_403_and_an_unknown_record_404(served):
    assert served.ask("hubspot", f"{OBJECTS}/tickets").json()["category"] == "MISSING_SCOPES"
    gone = served.ask("hubspot", f"{OBJECTS}/deals/1")
    assert (gone.status_code, gone.json()["category"]) == (404, "OBJECT_NOT_FOUND")


def test_a_batch_read_passes_over_what_is_not_there(served):
    contact = existing(served)[0]
    document = {"inputs": [{"id": contact.contact_id}, {"id": "1"}], "properties": ["lifecyclestage"]}
    answer = served.ask("hubspot", f"{OBJECTS}/contacts/batch/read", method="POST", json=document).json()
    assert [one["id"] for one in answer["results"]] == [contact.contact_id]


def test_the_properties_of_a_type_can_be_read(served):
    names = {
        one["name"]: one["type"] for one in served.ask("hubspot", "/crm/properties/2026-09/deals").json()["results"]
    }
    assert (names["amount"], names["hs_lastmodifieddate"]) == ("number", "datetime")


# ---------- the present


def test_an_object_is_as_it_was_at_the_present_and_nothing_later_is_visible(served):
    contact = next(one for one in served.world.contacts["aozora"] if len(one.changes) > 1)
    created, changed = contact.changes[0][0], contact.changes[1][0]
    path = f"{OBJECTS}/contacts/{contact.contact_id}?properties=lifecyclestage"
    before, then, after = (
        served.ask("hubspot", path, at=f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond:06d}Z")
        for instant in (created.replace(year=created.year - 1), created, changed)
    )
    assert before.status_code == 404
    assert then.json()["properties"]["lifecyclestage"] == "lead"
    assert after.json()["properties"]["lifecyclestage"] == "marketingqualifiedlead"
