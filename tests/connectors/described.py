"""Random answers that obey a published description: whatever is optional may be absent, whatever may be null is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

MANY = 2**53
INSTANTS = st.datetimes(datetime(2010, 1, 1), datetime(2026, 8, 31), timezones=st.just(UTC))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def answers(schema: dict[str, Any], schemas: dict[str, Any]) -> st.SearchStrategy:
    """Return what a description allows, a name of `schemas` standing for one of them."""
    if schema.get("nullable"):
        return st.none() | answers({**schema, "nullable": False}, schemas)
    if "$ref" in schema:
        return st.deferred(lambda: answers(schemas[schema["$ref"]], schemas))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return KINDS[schema["type"]](schema, schemas)


def _object(schema: dict[str, Any], schemas: dict[str, Any]) -> st.SearchStrategy:
    needed = set(schema.get("required", ()))
    parts = {name: answers(of, schemas) for name, of in schema["properties"].items()}
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in needed},
        optional={name: part for name, part in parts.items() if name not in needed},
    )


def _list(schema: dict[str, Any], schemas: dict[str, Any]) -> st.SearchStrategy:
    fewest = schema.get("minItems", 0)
    return st.lists(answers(schema["items"], schemas), min_size=fewest, max_size=schema.get("maxItems", 3))


def _text(schema: dict[str, Any], _: dict[str, Any]) -> st.SearchStrategy:
    if schema.get("format") == "date-time":
        return INSTANTS.map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S.000Z}")
    return st.from_regex(schema["pattern"], fullmatch=True) if "pattern" in schema else TEXTS


KINDS = {
    "object": _object,
    "array": _list,
    "string": _text,
    "integer": lambda schema, _: st.integers(schema.get("minimum", 0), schema.get("maximum", MANY)),
    "boolean": lambda *_: st.booleans(),
}
