"""CRM objects as HubSpot writes them: every property value is a string or null."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sandbox.crm import state
from sandbox.servers.hubspot_schema import KINDS, Kind
from sandbox.servers.wire import instant, iso_millis


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
        found, every = {}, self._objects(brand_id, kind)
        for object_id, one in every.items():
            properties = state(one.changes, present)
            if properties is not None:
                found[object_id] = Record(object_id, one.created_at, _own(kind, object_id, properties))
        ids = list(every)
        for change, moment in self._changes(brand_id, kind, present):
            lost = found.pop(_nth(ids, change.number), None)
            winner = found.get(_nth(ids, change.into)) if change.kind == "merged" else None
            if lost and winner:
                _take_over(winner, lost, KINDS[kind].watermark, moment)
        return dict(sorted(found.items(), key=lambda pair: int(pair[0])))

    def _objects(self, brand_id: str, kind: str) -> dict:
        """Return every object of a type there will ever be, by id, oldest first."""
        world = self.view.world
        if kind == "contacts":
            return {one.contact_id: one for one in world.contacts[brand_id]}
        if kind == "deals":
            return {one.deal_id: one for one in world.deals[brand_id]}
        return {one.object_id: one for one in world.service[brand_id] if one.kind == kind}

    def _changes(self, brand_id: str, kind: str, present: datetime):
        for change in self.view.world.scenario.crm_changes:
            moment = datetime.combine(change.at, time(), UTC)
            if (change.brand_id, change.object_type) == (brand_id, kind) and moment <= present:
                yield change, moment

    def archived(self, account, kind: str, present: datetime) -> list[dict]:
        """Return the objects in the archive, which keeps them for 90 days."""
        brand_id = account.brand.brand_id
        objects = list(self._objects(brand_id, kind).items())
        return [
            {
                "id": object_id,
                "properties": {},
                "createdAt": iso_millis(one.created_at),
                "updatedAt": iso_millis(moment),
                "archived": True,
                "archivedAt": iso_millis(moment),
            }
            for change, moment in self._changes(brand_id, kind, present)
            if change.kind == "archived" and present < moment + timedelta(days=90)
            for object_id, one in objects[change.number - 1 : change.number]
        ]

    def history(
        self, account, kind: str, object_id: str, names: list[str], present: datetime
    ) -> dict[str, list[dict[str, str]]]:
        """Return the values that each property has had up to `present`, newest first."""
        changes = self._objects(account.brand.brand_id, kind)[object_id].changes
        return {
            name: [
                {"value": properties[name], "timestamp": iso_millis(moment), "sourceType": "CRM_UI"}
                for moment, properties in reversed(changes)
                if moment <= present and properties.get(name) is not None
            ]
            for name in names
        }

    def linked(self, account, kind: str, present: datetime) -> dict[str, list[str]]:
        """Return, by id, what each record is linked to at `present`: contacts their deals, all others their contact."""
        other = "deals" if kind == "contacts" else kind
        others, contacts = (self.of(account, one, present) for one in (other, "contacts"))
        winners = {
            loser: winner.object_id
            for winner in contacts.values()
            for loser in winner.properties.get("hs_merged_object_ids", "").split(";")
        }
        found: dict[str, list[str]] = {}
        for object_id, one in self._objects(account.brand.brand_id, other).items():
            contact_id = winners.get(one.contact_id, one.contact_id)
            if object_id in others and contact_id in contacts:
                pair = (contact_id, object_id) if kind == "contacts" else (object_id, contact_id)
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
    if kind != "contacts":
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
