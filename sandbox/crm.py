"""The CRM: forms become contacts, some contacts qualify, some become deals, some deals are won."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

import numpy as np

from sandbox import rates
from sandbox.model import Brand, Contact, Deal
from sandbox.scenario import Scenario
from sandbox.schedule import utm
from sandbox.streams import instant, midnight, stream

Properties = dict[str, str | None]
FIRST_NAMES = ("aiko", "ben", "carla", "daichi", "emma", "finn", "greta", "haru", "ida", "jonas", "kenta", "lena",
               "mio", "nils", "olga", "paul", "rin", "sara", "tomo", "uta")  # fmt: skip
LAST_NAMES = ("abe", "bauer", "conti", "doi", "ebert", "fischer", "goto", "huber", "ito", "jansen", "kato", "lang")
NETWORKS = {"instagram": "Instagram", "x": "Twitter"}
REVISED_SHARE = 0.12  # deals whose amount is revised before they close


def hubspot_time(moment: datetime) -> str:
    """Return `2026-08-31T09:00:00.000Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def people(scenario: Scenario, brand: Brand, visits: np.ndarray) -> tuple[list[Contact], list[Deal]]:
    """Return the contacts and deals that the brand's visits lead to before the world's end, oldest first."""
    end = midnight(scenario.end)
    contacts: list[Contact] = []
    deals: list[Deal] = []
    first_visits = _first_visits(visits)
    seen: set[int] = set()
    for row in visits[visits["leads"] > 0]:
        visitor = int(row["visitor"])
        if visitor in seen:
            continue
        seen.add(visitor)
        contact, deal = _person(scenario, brand, row, visits[first_visits[visitor]])
        contacts.append(contact)
        if deal:
            deals.append(deal)
    contacts = sorted((c for c in contacts if c.created_at < end), key=lambda c: (c.created_at, c.visitor))
    first_id = 51_000_000_000 + zlib.crc32(brand.brand_id.encode()) % 9_000 * 1_000_000
    by_visitor = {}
    for number, contact in enumerate(contacts, start=1):
        contact.contact_id = by_visitor[str(contact.visitor)] = str(first_id + number)
    deals = sorted((d for d in deals if d.created_at < end), key=lambda d: (d.created_at, d.contact_id))
    for number, deal in enumerate(deals, start=1):
        deal.deal_id, deal.contact_id = str(first_id + 500_000 + number), by_visitor[deal.contact_id]
        deal.changes[0][1]["dealname"] = f"Order {number:04d}"
    return contacts, deals


def _first_visits(visits: np.ndarray) -> dict[int, int]:
    visitors, places = np.unique(visits["visitor"], return_index=True)
    return dict(zip(visitors.tolist(), places.tolist(), strict=True))


def address(brand: Brand, visit: np.void) -> str:
    """Return the address on which a visit began, with utm tags if it came by a tagged link."""
    if str(visit["medium"]) in ("social", "paid_social"):
        tags = (str(visit[name]) for name in ("source", "medium", "campaign", "content"))
        return utm(brand, str(visit["landing_page"]), *tags)
    return f"{brand.site}{visit['landing_page']}"


def analytics_source(visit: np.void) -> tuple[str, str, str]:
    """Return HubSpot's source and its two drill-downs for a visit."""
    source, medium, campaign = (str(visit[name]) for name in ("source", "medium", "campaign"))
    return {
        "social": ("SOCIAL_MEDIA", NETWORKS.get(source, source), campaign),
        "paid_social": ("PAID_SOCIAL", NETWORKS.get(source, source), campaign),
        "organic": ("ORGANIC_SEARCH", source, "Unknown keywords (SSL)"),
        "referral": ("REFERRALS", source, f"{source}/"),
    }.get(medium, ("DIRECT_TRAFFIC", str(visit["landing_page"]), ""))


def _person(scenario: Scenario, brand: Brand, lead: np.void, first: np.void) -> tuple[Contact, Deal | None]:
    visitor = int(lead["visitor"])
    rng = stream(scenario.seed, brand.brand_id, "person", visitor & 0xFFFFFFFF, visitor >> 32)
    draw = rng.random(12)
    submitted = instant(int(lead["started_at"]) + max(int(lead["engagement_s"]), 20))
    created = submitted
    if draw[0] < rates.CONTACT_LATE_SHARE:
        created += timedelta(seconds=int(3_600 + draw[1] * 2 * 86_400))
    given, family = FIRST_NAMES[int(draw[2] * len(FIRST_NAMES))], LAST_NAMES[int(draw[3] * len(LAST_NAMES))]
    email = f"{given}.{family}.{visitor % 36**6:x}@example.com"
    source, detail, drill_down = analytics_source(first)
    visited = instant(int(first["started_at"]))
    changes = [(created, {
        "email": email, "firstname": given.title(), "lastname": family.title(), "lifecyclestage": "lead",
        "createdate": hubspot_time(created), "hs_lifecyclestage_lead_date": hubspot_time(created),
        "hs_analytics_source": source, "hs_analytics_source_data_1": detail,
        "hs_analytics_source_data_2": drill_down, "hs_analytics_first_url": address(brand, first),
        "hs_analytics_last_url": address(brand, lead), "hs_analytics_first_timestamp": hubspot_time(visited),
        "hs_analytics_first_visit_timestamp": hubspot_time(visited),
        "hs_analytics_num_visits": "1" if first["started_at"] == lead["started_at"] else "2",
    })]  # fmt: skip
    origin = [str(first[name]) for name in ("source", "medium", "campaign", "content")]
    contact = Contact(
        "", brand.brand_id, visitor, email, created, *origin, visited, submitted, changes,
    )  # fmt: skip
    if draw[4] >= rates.QUALIFIED_PER_LEAD:
        return contact, None
    qualified = created + _lag(draw[5], rates.QUALIFIED_LAG_MEAN_DAYS)
    _advance(contact, qualified, "marketingqualifiedlead")
    if draw[6] >= rates.DEAL_PER_QUALIFIED:
        return contact, None
    return contact, _deal(brand, contact, qualified + _lag(draw[7], rates.DEAL_LAG_MEAN_DAYS), draw[8:])


def _lag(draw: float, mean_days: float) -> timedelta:
    return timedelta(seconds=int(600 - mean_days * 86_400 * np.log1p(-draw)))


def _advance(contact: Contact, moment: datetime, stage: str) -> None:
    contact.changes.append((moment, {"lifecyclestage": stage, f"hs_lifecyclestage_{stage}_date": hubspot_time(moment)}))


def _deal(brand: Brand, contact: Contact, created: datetime, draw: np.ndarray) -> Deal:
    """Return the deal with its stages; its id and name are given once all deals are known."""
    _advance(contact, created, "opportunity")
    median, step = rates.amount_scale(rates.DEAL_AMOUNT, brand.currency)
    amount = max(round(median * float(np.exp(1.6 * (draw[0] - 0.5))) / step), 1) * step
    opened: Properties = {
        "dealstage": "appointmentscheduled", "pipeline": "default", "amount": f"{amount}.00",
        "deal_currency_code": brand.currency, "createdate": hubspot_time(created), "closedate": None,
        "hs_is_closed": "false", "hs_is_closed_won": "false",
    }  # fmt: skip
    closed = created + _lag(draw[1], rates.CLOSE_LAG_MEAN_DAYS)
    won = draw[2] < rates.WON_PER_DEAL
    halfway: Properties = {"dealstage": "contractsent"}
    if draw[3] < REVISED_SHARE:
        halfway["amount"] = f"{max(round(amount * 0.9 / step), 1) * step}.00"
    changes = [(created, opened), (created + timedelta(seconds=(closed - created).seconds // 2), halfway)]
    changes.append((closed, {
        "dealstage": "closedwon" if won else "closedlost", "closedate": hubspot_time(closed),
        "hs_is_closed": "true", "hs_is_closed_won": str(won).lower(),
    }))  # fmt: skip
    if won:
        _advance(contact, closed, "customer")
    return Deal("", brand.brand_id, str(contact.visitor), brand.currency, created, changes)


def state(changes: list[tuple[datetime, Properties]], at: datetime) -> Properties | None:
    """Return the merged properties of the changes made up to `at`; None when there are none."""
    merged: Properties = {}
    for moment, properties in changes:
        if moment > at:
            break
        merged |= properties
        merged["lastmodifieddate"] = hubspot_time(moment)
    return merged or None
