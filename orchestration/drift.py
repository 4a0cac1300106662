"""Schema drift: fields of a source's pages that appear, vanish or change type, told before marts are built.

`from_json` drops what is not declared and makes NULL of what doesn't fit, without a word. So a sample of the pages of a
run is walked and compared with the declaration and with what earlier runs saw. A field that was in every object that
could hold it and is now in none is lost; one that the declaration can't read is retyped: both block. A new one warns.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import duckdb
import zstandard

from connectors.streams import Stream
from orchestration.landing import Capture
from orchestration.settings import Settings

FILES, ITEMS = 8, 100  # the sample: files a stream and run, items a list
ENOUGH = 30  # objects before times objects now: below, a field that is missing may be missing by chance
HISTORY = """
    create table if not exists raw_registry.fields (
        source varchar, stream varchar, path varchar, objects bigint, seen bigint, last_seen_at timestamptz
    )
"""
DRIFTED = "create table if not exists raw_registry.drifted (source varchar, stream varchar, landing_file varchar)"
READS = {
    "VARCHAR": {"string", "numeral", "integer", "number", "boolean"},
    "DOUBLE": {"integer", "number", "numeral"},
    "BOOLEAN": {"boolean"},
}
NUMERAL = re.compile(r"-?\d+(\.\d+)?")
WHOLE = {"integer", "numeral"}


@dataclass
class Sighting:
    """What was seen of one path: objects that could hold it, times it was there, JSON types with an example id each."""

    objects: int = 0
    seen: int = 0
    types: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Drift:
    """One field that is not what it was."""

    source: str
    stream: str
    path: str
    change: Literal["new", "lost", "retyped"]
    detail: str

    @property
    def blocks(self) -> bool:
        """Say whether marts may not be built from it."""
        return self.change != "new"

    @property
    def sentence(self) -> str:
        """Name the field, what happened to it and the remedy."""
        named = f"{self.source} {self.stream}: field {self.path}"
        if not self.blocks:
            return f"{named} is new ({self.detail}): declare it in connectors/{self.source}_tables.py if it is wanted"
        return (
            f"{named} {self.detail}: what was loaded is kept and nothing is published until"
            f" connectors/{self.source}_tables.py declares what the source sends now"
        )


def check(con: duckdb.DuckDBPyConnection, settings: Settings, stream: Stream, captures: list[Capture]) -> list[Drift]:
    """Compare a sample of `captures` with the declaration and the history; remember what was seen unless it blocks."""
    if not captures or not stream.tables:
        return []
    source = captures[0].source
    seen = sightings(settings, captures)
    con.execute(HISTORY)
    con.execute(DRIFTED)
    rows = con.execute(
        "select path, objects, seen from raw_registry.fields where source = ? and stream = ?", [source, stream.name]
    ).fetchall()
    before = {path: (objects, times) for path, objects, times in rows}
    declared = dict(_declared(stream.tables[0].schema, ""))
    found = [
        Drift(source, stream.name, path, change, detail)
        for path, change, detail in (
            *_retyped(declared, seen),
            *_lost(declared, seen, before),
            *_new(declared, seen, before),
        )
    ]
    con.execute("delete from raw_registry.drifted where source = ? and stream = ?", [source, stream.name])
    if not any(one.blocks for one in found):
        _remember(con, source, stream.name, seen)
        return found
    for capture in captures:
        con.execute("insert into raw_registry.drifted values (?, ?, ?)", [source, stream.name, capture.file])
    return found


def blocking(con: duckdb.DuckDBPyConnection, source: str, stream: str) -> set[str]:
    """Return the page files in which the last check found what blocks: asked again unchanged, they are no news."""
    con.execute(DRIFTED)
    rows = con.execute(
        "select landing_file from raw_registry.drifted where source = ? and stream = ?", [source, stream]
    ).fetchall()
    return {file for (file,) in rows}


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
        _walk(value, inner, seen, example)


def _type(value: Any) -> str:
    if isinstance(value, str) and NUMERAL.fullmatch(value):
        return "numeral"  # a number in quotes is read as one
    names = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "list"}
    return names[type(value)]


def _declared(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, list):
        yield from _declared(schema[0], f"{path}[]")
    elif isinstance(schema, dict):
        for name, inner in schema.items():
            at = f"{path}.{name}" if path else name
            yield at, inner
            yield from _declared(inner, at)


def _holder(path: str) -> str:
    return path.rpartition(".")[0]


def _retyped(declared: dict[str, Any], seen: dict[str, Sighting]) -> Iterator[tuple[str, str, str]]:
    for path, of in declared.items():
        for came, example in seen.get(path, Sighting()).types.items():
            if not _reads(of, came):
                wanted = "object" if isinstance(of, dict) else "list" if isinstance(of, list) else of
                yield path, "retyped", f"is declared {wanted} and came as {came}, for instance in {example}"


def _reads(of: Any, came: str) -> bool:
    if isinstance(of, dict | list):
        return came == ("object" if isinstance(of, dict) else "list")
    return of == "JSON" or came in READS.get(of, WHOLE)


def _lost(
    declared: dict[str, Any], seen: dict[str, Sighting], before: dict[str, tuple[int, int]]
) -> Iterator[tuple[str, str, str]]:
    arrived = {_holder(path) for path in declared if path in seen and path not in before}
    for path in declared:
        objects, times = before.get(path, (0, 0))
        now = seen.get(_holder(path), Sighting()).objects
        was_always_there = objects > 0 and times >= objects
        # Where another declared field of the same object has just arrived, it was renamed to a name that is read.
        if was_always_there and path not in seen and objects * now >= ENOUGH and _holder(path) not in arrived:
            yield path, "lost", f"was in all of {objects:,} objects and is in none of {now:,} now"


def _new(
    declared: dict[str, Any], seen: dict[str, Sighting], before: dict[str, tuple[int, int]]
) -> Iterator[tuple[str, str, str]]:
    for path, sighting in seen.items() if before else ():
        is_outermost = _holder(path) in declared or not _holder(path) or _holder(path).removesuffix("[]") in declared
        if path and not path.endswith("[]") and is_outermost and path not in declared and path not in before:
            types = " or ".join(f"{of}, for instance in {example}" for of, example in sighting.types.items())
            yield path, "new", types or "null so far"


def _remember(con: duckdb.DuckDBPyConnection, source: str, stream: str, seen: dict[str, Sighting]) -> None:
    rows = [
        (path, seen.get(_holder(path), Sighting()).objects, sighting.seen)
        for path, sighting in seen.items()
        if sighting.seen
    ]
    if not rows:
        return
    con.execute("create or replace temp table sighted (path varchar, objects bigint, seen bigint)")
    con.execute(
        "insert into sighted select unnest(?), unnest(?), unnest(?)",
        [list(column) for column in zip(*rows, strict=True)],
    )
    # A field that is missing from this sample was looked for all the same, if its holder was there.
    con.execute(
        """
        update raw_registry.fields set
            objects = fields.objects + sighted.objects, seen = fields.seen + sighted.seen,
            last_seen_at = current_timestamp
        from sighted where fields.source = ? and fields.stream = ? and fields.path = sighted.path
        """,
        [source, stream],
    )
    con.execute(
        """
        insert into raw_registry.fields
        select ?, ?, path, objects, seen, current_timestamp from sighted
        where path not in (select path from raw_registry.fields where source = ? and stream = ?)
        """,
        [source, stream, source, stream],
    )
    known = {path for path, *_ in rows}
    for (path,) in con.execute(
        "select path from raw_registry.fields where source = ? and stream = ? and objects <= seen", [source, stream]
    ).fetchall():
        missed = seen.get(_holder(path), Sighting()).objects
        if path not in known and missed:
            con.execute(
                "update raw_registry.fields set objects = objects + ? where source = ? and stream = ? and path = ?",
                [missed, source, stream, path],
            )
