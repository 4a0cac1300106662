"""CRM search: filter groups, one sort, pages of at most 200 within the first 10,000 results."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.servers.hubspot_objects import Record, as_milliseconds
from sandbox.servers.hubspot_schema import Kind

LONGEST_PAGE, DEEPEST, LONGEST_BODY = 200, 10_000, 3_000
MOST_GROUPS, MOST_FILTERS, MOST_FILTERS_IN_ALL = 5, 6, 18
FIELDS = {"filterGroups", "sorts", "properties", "limit", "after", "query"}


class BadSearch(ValueError):
    """The search is refused whole, with HTTP 400 VALIDATION_ERROR."""


class Broken(Exception):
    """HubSpot answers a filter that begins at the epoch itself with a 500."""


@dataclass(frozen=True)
class Search:
    """A checked search."""

    groups: list[list[dict]]
    properties: list[str]
    sort: str | None
    descending: bool
    limit: int
    after: int


def checked(body: object, length: int, kind: Kind) -> Search:
    """Return the search that a body asks for."""
    if not isinstance(body, dict):
        raise BadSearch("Invalid input JSON: unable to parse value")
    if length > LONGEST_BODY:
        raise BadSearch(f"The request body must be at most {LONGEST_BODY} characters")
    for name in body:
        if name not in FIELDS:
            raise BadSearch(f'Invalid input JSON: unknown field "{name}"')
    if body.get("query"):
        raise BadSearch("The sandbox does not rehearse query; use filterGroups")
    limit, after = _whole(body.get("limit", 10), "limit"), _whole(body.get("after") or 0, "after")
    if not 1 <= limit <= LONGEST_PAGE:
        raise BadSearch(f"limit must be between 1 and {LONGEST_PAGE}")
    if after + limit > DEEPEST:
        raise BadSearch(f"The search cannot page beyond {DEEPEST} results (after {after}, limit {limit})")
    sort, descending = _sort(body.get("sorts") or [], kind)
    return Search(
        _groups(body.get("filterGroups") or [], kind),
        body.get("properties") or [],
        sort,
        descending,
        limit,
        after,
    )


def _whole(value: object, name: str) -> int:
    if not str(value).isascii() or not str(value).isdigit():
        raise BadSearch(f"{name} must be a whole number, in digits")
    return int(str(value))


def _sort(sorts: list, kind: Kind) -> tuple[str | None, bool]:
    if len(sorts) > 1:
        raise BadSearch("Only one sort may be given")
    if not sorts:
        return None, False
    # The schema says strings, the guide objects; the service takes both.
    given = sorts[0] if isinstance(sorts[0], dict) else {"propertyName": str(sorts[0]).lstrip("-")}
    descending = given.get("direction") == "DESCENDING" or (isinstance(sorts[0], str) and sorts[0].startswith("-"))
    if given.get("propertyName") not in kind.properties:
        raise BadSearch(f"Property {given.get('propertyName')} does not exist")
    return given["propertyName"], descending


def _groups(groups: list, kind: Kind) -> list[list[dict]]:
    found = [group.get("filters", []) for group in groups]
    sizes = [len(filters) for filters in found]
    if len(found) > MOST_GROUPS or max(sizes, default=0) > MOST_FILTERS or sum(sizes) > MOST_FILTERS_IN_ALL:
        raise BadSearch(
            f"At most {MOST_GROUPS} filterGroups, {MOST_FILTERS} filters in one and {MOST_FILTERS_IN_ALL} in all"
        )
    for one in (one for filters in found for one in filters):
        if one.get("propertyName") not in kind.properties:
            raise BadSearch(f"Property {one.get('propertyName')} does not exist")
        if one.get("operator") not in OPERATORS:
            raise BadSearch(f"operator {one.get('operator')} is none of {', '.join(OPERATORS)}")
        for name in NEEDED[one["operator"]]:
            if one.get(name) in (None, [], ""):
                raise BadSearch(f"operator {one['operator']} requires {name}")
    return found


def found(search: Search, kind: Kind, records: dict[str, Record]) -> list[Record]:
    """Return every match, in the order asked for; without a sort the oldest created come first."""
    groups = [[_test(one, kind) for one in filters] for filters in search.groups]
    matching = [
        record
        for record in records.values()
        if not groups or any(all(test(record) for test in tests) for tests in groups)
    ]
    if search.sort is None:
        return sorted(matching, key=lambda record: (record.created_at, int(record.object_id)))
    data_type = kind.properties[search.sort][1]
    valued = [record for record in matching if search.sort in record.properties]
    valued.sort(key=lambda record: int(record.object_id))
    valued.sort(key=lambda record: _comparable(record.properties[search.sort], data_type), reverse=search.descending)
    return valued + [record for record in matching if search.sort not in record.properties]


def _comparable(text: str, data_type: str) -> int | float | str:
    if data_type == "datetime":
        moment = as_milliseconds(text)
        if moment is None:
            raise BadSearch(f"{text} is not a time")
        return moment
    if data_type == "number":
        try:
            return float(text)
        except ValueError as error:
            raise BadSearch(f"{text} is not a number") from error
    return text.lower()


def _test(one: dict, kind: Kind) -> Callable[[Record], bool]:
    name, operator = one["propertyName"], one["operator"]
    data_type = kind.properties[name][1]
    given = [_comparable(str(one[key]), data_type) for key in ("value", "highValue") if key in one]
    listed = {_comparable(str(value), data_type) for value in one.get("values") or []}
    if data_type == "datetime" and 0 in given:
        raise Broken
    compare = OPERATORS[operator]

    def holds(record: Record) -> bool:
        value = record.properties.get(name)
        if value is None or value == "":
            return operator in ("NOT_HAS_PROPERTY", "NEQ", "NOT_IN")
        return compare(_comparable(value, data_type), given, listed)

    return holds


# Each takes the record's value, the value and highValue given, and the set of values given.
OPERATORS: dict[str, Callable] = {
    "EQ": lambda value, given, _: value == given[0],
    "NEQ": lambda value, given, _: value != given[0],
    "LT": lambda value, given, _: value < given[0],
    "LTE": lambda value, given, _: value <= given[0],
    "GT": lambda value, given, _: value > given[0],
    "GTE": lambda value, given, _: value >= given[0],
    "BETWEEN": lambda value, given, _: given[0] <= value <= given[1],
    "IN": lambda value, _, listed: value in listed,
    "NOT_IN": lambda value, _, listed: value not in listed,
    "HAS_PROPERTY": lambda *_: True,
    "NOT_HAS_PROPERTY": lambda *_: False,
}
NEEDED = {
    **dict.fromkeys(("EQ", "NEQ", "LT", "LTE", "GT", "GTE"), ("value",)),
    "BETWEEN": ("value", "highValue"),
    **dict.fromkeys(("IN", "NOT_IN"), ("values",)),
    **dict.fromkeys(("HAS_PROPERTY", "NOT_HAS_PROPERTY"), ()),
}
