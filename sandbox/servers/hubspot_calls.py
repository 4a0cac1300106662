"""What each HubSpot call answers, once it is known whose portal and which object type is meant."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from urllib.parse import urlencode

from sandbox.servers import hubspot_search
from sandbox.servers.hubspot_errors import invalid, refused
from sandbox.servers.hubspot_objects import Records
from sandbox.servers.hubspot_schema import DEAL_STAGES, KINDS, kind_name
from sandbox.servers.wire import Ask, Reply, iso_millis
from sandbox.servers.world_view import Account

# (from, to) -> associationTypeId and its name in lists
LINKS = {
    ("deals", "contacts"): (3, "deal_to_contact"),
    ("contacts", "deals"): (4, "contact_to_deal"),
    ("tickets", "contacts"): (16, "ticket_to_contact"),
}


@dataclass(frozen=True)
class Call:
    """One request: the portal, the object type, and the parts of its path."""

    account: Account
    kind: str
    parts: dict[str, str]
    ask: Ask


class Calls:
    """The calls by name."""

    def __init__(self, view) -> None:
        self.records = Records(view)

    def search(self, call: Call) -> Reply:
        """Answer a search: total, one page, and where the next begins."""
        of_kind = KINDS[call.kind]
        try:
            search = hubspot_search.checked(call.ask.document(), len(call.ask.body), of_kind)
            matches = hubspot_search.found(search, of_kind, self.records.of(call.account, call.kind, call.ask.present))
        except hubspot_search.BadSearch as refusal:
            raise invalid(str(refusal)) from refusal
        except hubspot_search.Broken:
            return refused(500, "internal error", "INTERNAL_ERROR")
        until = search.after + search.limit
        page = [record.document(of_kind, search.properties) for record in matches[search.after : until]]
        more = {"paging": {"next": {"after": str(until)}}} if until < len(matches) else {}
        return Reply({"total": len(matches), "results": page, **more})

    def page(self, call: Call) -> Reply:
        """Answer a page of a list, ids ascending."""
        limit = call.ask.params.get("limit", "10")
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= 100:
            raise invalid("limit must be between 1 and 100")
        records = list(self.records.of(call.account, call.kind, call.ask.present).values())
        if call.ask.params.get("archived") == "true":
            return Reply({"results": self.records.archived(call.account, call.kind, call.ask.present)})
        try:
            after = _opened(call.ask.params.get("after", ""))
        except ValueError as refusal:
            raise invalid("after is not a cursor of this list") from refusal
        rest = [record for record in records if int(record.object_id) > after]
        page, of_kind = rest[: int(limit)], KINDS[call.kind]
        properties = [name.strip() for name in call.ask.params.get("properties", "").split(",") if name.strip()]
        results = [record.document(of_kind, properties) for record in page]
        self._associate(call, results)
        answer = {"results": results}
        if len(rest) > len(page):
            cursor = _sealed(page[-1].object_id)
            link = f"{call.ask.base}/{call.ask.path}?{urlencode({**call.ask.params, 'after': cursor})}"
            answer["paging"] = {"next": {"after": cursor, "link": link}}
        return Reply(answer)

    def _associate(self, call: Call, results: list[dict]) -> None:
        """Add the links to the other type to each result, where the request asks for them."""
        for asked in call.ask.params.get("associations", "").split(","):
            other = kind_name(asked.strip())
            if (call.kind, other) not in LINKS:
                continue
            linked = self.records.linked(call.account, call.kind, call.ask.present)
            for result in results:
                if result["id"] in linked:
                    links = [{"id": one, "type": LINKS[call.kind, other][1]} for one in linked[result["id"]]]
                    result["associations"] = {other: {"results": links}}

    def one(self, call: Call) -> Reply:
        """Answer one record."""
        record = self.records.of(call.account, call.kind, call.ask.present).get(call.parts["object_id"])
        if record is None:
            return refused(404, "resource not found", "OBJECT_NOT_FOUND")
        properties = [name.strip() for name in call.ask.params.get("properties", "").split(",") if name.strip()]
        result = record.document(KINDS[call.kind], properties)
        self._associate(call, [result])
        return Reply(result)

    def batch(self, call: Call) -> Reply:
        """Answer the records of the ids given; those that are not there are passed over."""
        inputs = _inputs(call.ask, 100)
        if inputs is None:
            raise invalid("inputs must be a list of 1 to 100 objects with an id")
        records = self.records.of(call.account, call.kind, call.ask.present)
        asked = call.ask.document()
        properties, with_history = asked.get("properties") or [], asked.get("propertiesWithHistory") or []
        if with_history and len(inputs) > 50:
            raise invalid("inputs must be a list of 1 to 50 objects when history is asked for")
        results = [records[one].document(KINDS[call.kind], properties) for one in inputs if one in records]
        if with_history:
            for result in results:
                result["propertiesWithHistory"] = self.records.history(
                    call.account, call.kind, result["id"], with_history, call.ask.present
                )
        return _complete(results, call.ask)

    def associations(self, call: Call) -> Reply:
        """Answer what each record is linked to; a record without links is passed over."""
        other, inputs = kind_name(call.parts["to"]), _inputs(call.ask, 1_000)
        if (call.kind, other) not in LINKS:
            raise invalid(f"No association between {call.kind} and {call.parts['to']}")
        if inputs is None:
            raise invalid("inputs must be a list of 1 to 1000 objects with an id")
        linked = self.records.linked(call.account, call.kind, call.ask.present)
        type_id = LINKS[call.kind, other][0]
        association = [{"category": "HUBSPOT_DEFINED", "typeId": type_id, "label": None}]
        # v4 replies carry the id as a number, date-versioned ones as a string.
        written = int if call.parts["version"] == "v4" else str
        results = [
            {
                "from": {"id": one},
                "to": [{"toObjectId": written(to), "associationTypes": association} for to in linked[one]],
            }
            for one in inputs
            if one in linked
        ]
        return _complete(results, call.ask)

    def properties(self, call: Call) -> Reply:
        """Answer what is known of a type."""
        results = [
            {
                "name": name,
                "label": label,
                "type": data_type,
                "hasUniqueValue": False,
                "hidden": False,
                "options": [],
            }
            for name, (label, data_type) in KINDS[call.kind].properties.items()
        ]
        return Reply({"results": results})

    def pipelines(self, call: Call) -> Reply:
        """Answer the stages of deals."""
        if call.kind != "deals":
            return Reply({"results": []})
        stages = [
            {
                "id": stage,
                "label": label,
                "displayOrder": order,
                "metadata": {"probability": share, "isClosed": str(stage.startswith("closed")).lower()},
                "archived": False,
            }
            for order, (stage, label, share) in enumerate(DEAL_STAGES)
        ]
        pipeline = {
            "id": "default",
            "label": "Sales pipeline",
            "displayOrder": 0,
            "stages": stages,
            "archived": False,
        }
        return Reply({"results": [pipeline | {"createdAt": "1970-01-01T00:00:00Z"}]})


def _complete(results: list[dict], ask: Ask) -> Reply:
    moment = iso_millis(ask.present)
    return Reply({"status": "COMPLETE", "results": results, "startedAt": moment, "completedAt": moment})


def _inputs(ask: Ask, most: int) -> list[str]:
    body = ask.document()
    inputs = body.get("inputs") if isinstance(body, dict) else None
    is_list = isinstance(inputs, list) and 1 <= len(inputs) <= most
    if not is_list or not all(isinstance(one, dict) and "id" in one for one in inputs):
        raise invalid(f"inputs must be a list of 1 to {most} objects with an id")
    return list(dict.fromkeys(str(one["id"]) for one in inputs))


def _sealed(object_id: str) -> str:
    return urlsafe_b64encode(f"after:{object_id}".encode()).decode()


def _opened(cursor: str) -> int:
    if not cursor:
        return 0
    word, _, number = urlsafe_b64decode(cursor.encode()).decode().partition(":")
    if word != "after":
        raise ValueError(cursor)
    return int(number)
