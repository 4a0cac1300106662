"""CRM objects as HubSpot writes them: every property value is a string or null."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sandbox.servers.wire import instant, iso_millis

# property -> (label, type); a portal knows these, the same in every portal of the world
CONTACT = {
    "createdate": ("Create date", "datetime"),
    "email": ("Email", "string"),
    "firstname": ("First name", "string"),
    "lastname": ("Last name", "string"),
    "phone": ("Phone number", "string"),
    "hs_object_id": ("Record ID", "number"),
    "lastmodifieddate": ("Last modified date", "datetime"),
    "hs_lastmodifieddate": ("Object last modified date", "datetime"),
    "lifecyclestage": ("Lifecycle stage", "enumeration"),
    "hs_lifecyclestage_lead_date": ("Became a lead date", "datetime"),
    "hs_lifecyclestage_marketingqualifiedlead_date": ("Became a marketing qualified lead date", "datetime"),
    "hs_lifecyclestage_salesqualifiedlead_date": ("Became a sales qualified lead date", "datetime"),
    "hs_lifecyclestage_opportunity_date": ("Became an opportunity date", "datetime"),
    "hs_lifecyclestage_customer_date": ("Became a customer date", "datetime"),
    "hs_analytics_source": ("Original traffic source", "enumeration"),
    "hs_analytics_source_data_1": ("Original traffic source drill-down 1", "string"),
    "hs_analytics_source_data_2": ("Original traffic source drill-down 2", "string"),
    "hs_analytics_first_url": ("First page seen", "string"),
    "hs_analytics_last_url": ("Last page seen", "string"),
    "hs_analytics_first_timestamp": ("Time first seen", "datetime"),
    "hs_analytics_first_visit_timestamp": ("Time of first session", "datetime"),
    "hs_analytics_num_visits": ("Number of sessions", "number"),
    "hs_merged_object_ids": ("Merged record IDs", "string"),
}
DEAL = {
    "amount": ("Amount", "number"),
    "amount_in_home_currency": ("Amount in company currency", "number"),
    "closedate": ("Close date", "datetime"),
    "createdate": ("Create date", "datetime"),
    "deal_currency_code": ("Currency", "enumeration"),
    "dealname": ("Deal name", "string"),
    "dealstage": ("Deal stage", "enumeration"),
    "hs_is_closed": ("Is deal closed?", "bool"),
    "hs_is_closed_won": ("Is closed won", "bool"),
    "hs_lastmodifieddate": ("Last modified date", "datetime"),
    "hs_merged_object_ids": ("Merged record IDs", "string"),
    "hs_object_id": ("Record ID", "number"),
    "pipeline": ("Pipeline", "enumeration"),
}


@dataclass(frozen=True)
class Kind:
    """One object type: its names, its properties, those given unasked, and its watermark property."""

    names: tuple[str, ...]
    properties: dict[str, tuple[str, str]]
    default: tuple[str, ...]
    watermark: str


KINDS = {
    "contacts": Kind(
        ("contacts", "contact", "0-1"),
        CONTACT,
        ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
        "lastmodifieddate",
    ),
    "deals": Kind(
        ("deals", "deal", "0-3"),
        DEAL,
        (
            "amount",
            "closedate",
            "createdate",
            "dealname",
            "dealstage",
            "hs_lastmodifieddate",
            "hs_object_id",
            "pipeline",
        ),
        "hs_lastmodifieddate",
    ),
}
# Types of other products, which these keys have no scope for.
WITHOUT_SCOPE = {
    "companies",
    "0-2",
    "tickets",
    "0-5",
    "feedback_submissions",
    "0-19",
    "products",
    "line_items",
}
DEAL_STAGES = (
    ("appointmentscheduled", "Appointment scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified to buy", "0.4"),
    ("presentationscheduled", "Presentation scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision maker bought-in", "0.8"),
    ("contractsent", "Contract sent", "0.9"),
    ("closedwon", "Closed won", "1.0"),
    ("closedlost", "Closed lost", "0.0"),
)


def kind_name(text: str) -> str | None:
    """Return contacts or deals for any of their names."""
    return next((name for name, kind in KINDS.items() if text in kind.names), None)


@dataclass(frozen=True)
class Record:
    """One object as of the present: all its properties that have a value."""

    object_id: str
    created_at: datetime
    properties: dict[str, str]

    def document(self, kind: Kind, asked: list[str]) -> dict:
        """Return the object with the properties asked for; unknown names are passed over without a word."""
        names = dict.fromkeys(["hs_object_id", *(asked or kind.default), "createdate", kind.watermark])
        known = sorted(name for name in names if name in kind.properties)
        return {
            "id": self.object_id,
            "properties": {name: self.properties.get(name) for name in known},
            "createdAt": iso_millis(self.created_at),
            "updatedAt": self.properties[kind.watermark],
            "archived": False,
        }


class Records:
    """The records of each portal as of a present, ids ascending; the newest few presents are kept."""

    KEPT = 8

    def __init__(self, view) -> None:
        self.view = view
        self._kept: OrderedDict[tuple, dict[str, Record]] = OrderedDict()

    def of(self, account, kind: str, present: datetime) -> dict[str, Record]:
        """Return every record of a type that exists at `present`, by id."""
        key = (account.account_id, kind, present)
        if key not in self._kept:
            self._kept[key] = self._build(account.brand.brand_id, kind, present)
            if len(self._kept) > self.KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]

    def _build(self, brand_id: str, kind: str, present: datetime) -> dict[str, Record]:
        world, found = self.view.world, {}
        if kind == "contacts":
            pairs = [(one.contact_id, one, world.contact_state) for one in world.contacts[brand_id]]
        else:
            pairs = [(one.deal_id, one, world.deal_state) for one in world.deals[brand_id]]
        for object_id, one, state in pairs:
            properties = state(one, present)
            if properties is not None:
                found[object_id] = Record(object_id, one.created_at, _own(kind, object_id, properties))
        ids = [object_id for object_id, _, _ in pairs]
        for change, moment in self._changes(brand_id, kind, present):
            lost = found.pop(_nth(ids, change.number), None)
            winner = found.get(_nth(ids, change.into)) if change.kind == "merged" else None
            if lost and winner:
                _take_over(winner, lost, KINDS[kind].watermark, moment)
        return dict(sorted(found.items(), key=lambda pair: int(pair[0])))

    def _changes(self, brand_id: str, kind: str, present: datetime):
        for change in self.view.world.scenario.crm_changes:
            moment = datetime.combine(change.at, time(), UTC)
            if (change.brand_id, change.object_type) == (brand_id, kind) and moment <= present:
                yield change, moment

    def archived(self, account, kind: str, present: datetime) -> list[dict]:
        """Return the objects in the archive, which keeps them for 90 days."""
        world, brand_id = self.view.world, account.brand.brand_id
        objects = world.contacts[brand_id] if kind == "contacts" else world.deals[brand_id]
        return [
            {
                "id": one.contact_id if kind == "contacts" else one.deal_id,
                "properties": {},
                "createdAt": iso_millis(one.created_at),
                "updatedAt": iso_millis(moment),
                "archived": True,
                "archivedAt": iso_millis(moment),
            }
            for change, moment in self._changes(brand_id, kind, present)
            if change.kind == "archived" and present < moment + timedelta(days=90)
            for one in objects[change.number - 1 : change.number]
        ]

    def history(
        self, account, kind: str, object_id: str, names: list[str], present: datetime
    ) -> dict[str, list[dict[str, str]]]:
        """Return the values that each property has had up to `present`, newest first."""
        world, brand_id = self.view.world, account.brand.brand_id
        objects = world.contacts[brand_id] if kind == "contacts" else world.deals[brand_id]
        key = "contact_id" if kind == "contacts" else "deal_id"
        changes = next(one.changes for one in objects if getattr(one, key) == object_id)
        return {
            name: [
                {"value": properties[name], "timestamp": iso_millis(moment), "sourceType": "CRM_UI"}
                for moment, properties in reversed(changes)
                if moment <= present and properties.get(name) is not None
            ]
            for name in names
        }

    def linked(self, account, kind: str, present: datetime) -> dict[str, list[str]]:
        """Return, by id, the records of the other type that each record is associated with at `present`."""
        deals, contacts = (self.of(account, one, present) for one in ("deals", "contacts"))
        winners = {
            loser: winner.object_id
            for winner in contacts.values()
            for loser in winner.properties.get("hs_merged_object_ids", "").split(";")
        }
        found: dict[str, list[str]] = {}
        for deal in self.view.world.deals[account.brand.brand_id]:
            contact_id = winners.get(deal.contact_id, deal.contact_id)
            if deal.deal_id in deals and contact_id in contacts:
                pair = (deal.deal_id, contact_id) if kind == "deals" else (contact_id, deal.deal_id)
                found.setdefault(pair[0], []).append(pair[1])
        return found


def _nth(ids: list[str], number: int) -> str | None:
    return ids[number - 1] if number <= len(ids) else None


def _take_over(winner: Record, lost: Record, watermark: str, moment: datetime) -> None:
    before = winner.properties.get("hs_merged_object_ids")
    winner.properties["hs_merged_object_ids"] = f"{before};{lost.object_id}" if before else lost.object_id
    winner.properties[watermark] = max(winner.properties[watermark], iso_millis(moment))


def _own(kind: str, object_id: str, properties: dict[str, str | None]) -> dict[str, str]:
    """Return the properties with those that HubSpot itself keeps."""
    found = {name: value for name, value in properties.items() if value is not None} | {"hs_object_id": object_id}
    if kind == "deals":
        # The watermark's name differs by type: lastmodifieddate is the contact's, all others have this one.
        found["hs_lastmodifieddate"] = found.pop("lastmodifieddate")
        if "amount" in found:
            found["amount_in_home_currency"] = found["amount"]
    return found


def as_milliseconds(text: str) -> int | None:
    """Return the epoch milliseconds of a datetime value, which may be ISO or milliseconds itself."""
    if text.lstrip("-").isdigit():
        return int(text)
    moment = instant(text)
    return None if moment is None else round(moment.timestamp() * 1000)
