"""What a sample of the pages of a run holds: each field's path, how often it is there, its types and texts."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import zstandard

from orchestration.landing import Capture
from orchestration.settings import Settings

FILES, ITEMS, VALUES = 8, 100, 50  # the sample: files a stream and run, items a list, texts a field
NUMERAL = re.compile(r"-?\d+(\.\d+)?")


@dataclass
class Sighting:
    """What was seen of one path: objects that could hold it, times it was there, types and texts by an example id."""

    objects: int = 0
    seen: int = 0
    types: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)  # the first of them


def sightings(settings: Settings, captures: list[Capture]) -> dict[str, Sighting]:
    """Walk the pages of a sample of captures, spread evenly."""
    step = max(1, -(-len(captures) // FILES))
    seen: dict[str, Sighting] = {}
    for capture in captures[::step]:
        for body in _bodies(settings, capture):
            _walk(body, "", seen, str(body.get("id") or capture.account_id))
    return seen


def _bodies(settings: Settings, capture: Capture) -> Iterator[dict[str, Any]]:
    with capture.path(settings.landing).open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file)
        for line in io.TextIOWrapper(reader, encoding="utf-8"):
            page = json.loads(line)
            if page["status"] in (200, 207) and isinstance(page["body"], dict):
                yield page["body"]


def _walk(node: Any, path: str, seen: dict[str, Sighting], example: str) -> None:
    if isinstance(node, list):
        for item in node[:ITEMS]:
            _walk(item, f"{path}[]", seen, example)
        return
    if not isinstance(node, dict):
        return
    example = str(node.get("id") or example)
    holder = seen.setdefault(path, Sighting())
    holder.objects += 1
    for name, value in node.items():
        inner = f"{path}.{name}" if path else name
        sighting = seen.setdefault(inner, Sighting())
        sighting.seen += 1
        if value is not None:
            sighting.types.setdefault(_type(value), example)
        if isinstance(value, str) and len(sighting.values) < VALUES:
            sighting.values.setdefault(value, example)
        _walk(value, inner, seen, example)


def _type(value: Any) -> str:
    if isinstance(value, str) and NUMERAL.fullmatch(value):
        return "numeral"  # a number in quotes is read as one
    names = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "list"}
    return names[type(value)]


def holder(path: str) -> str:
    """Return the path of the object that holds a field."""
    return path.rpartition(".")[0]
