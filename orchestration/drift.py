"""Schema drift: fields of a source's pages that appear, vanish or change type, told before marts are built.

`from_json` drops what is not declared and makes NULL of what doesn't fit, without a word. So a sample of the pages of a
run is walked and compared with the declaration and with what earlier runs saw. A field that was in every object that
could hold it and is now in none is lost; one that the declaration can't read is retyped; one that marts tell apart by
its value and that has a value of no name would be taken for another: these block. A new one warns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from connectors.streams import Stream
from orchestration import fields
from orchestration.landing import Capture
from orchestration.settings import Settings
from orchestration.sightings import Sighting, holder, sightings

ENOUGH = 30  # objects before times objects now: below, a field that is missing may be missing by chance
DRIFTED = "create table if not exists raw_registry.drifted (source varchar, stream varchar, landing_file varchar)"
READS = {
    "VARCHAR": {"string", "numeral", "integer", "number", "boolean"},
    "DOUBLE": {"integer", "number", "numeral"},
    "BOOLEAN": {"boolean"},
}
WHOLE = {"integer", "numeral"}


@dataclass(frozen=True)
class Drift:
    """One field that is not what it was."""

    source: str
    stream: str
    path: str
    change: Literal["new", "lost", "retyped", "grown"]
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
    con.execute(DRIFTED)
    before = fields.seen_before(con, source, stream.name)
    declared = dict(_declared(stream.tables[0].schema, ""))
    found = [
        Drift(source, stream.name, path, change, detail)
        for path, change, detail in (
            *_retyped(declared, seen),
            *_grown(stream.values, seen),
            *_lost(declared, seen, before),
            *_new(declared, seen, before),
        )
    ]
    con.execute("delete from raw_registry.drifted where source = ? and stream = ?", [source, stream.name])
    if not any(one.blocks for one in found):
        fields.remember(con, source, stream.name, seen)
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


def _declared(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, list):
        yield from _declared(schema[0], f"{path}[]")
    elif isinstance(schema, dict):
        for name, inner in schema.items():
            at = f"{path}.{name}" if path else name
            yield at, inner
            yield from _declared(inner, at)


def _retyped(declared: dict[str, Any], seen: dict[str, Sighting]) -> Iterator[tuple[str, str, str]]:
    for path, of in declared.items():
        for came, example in seen.get(path, Sighting()).types.items():
            if not _reads(of, came):
                wanted = "object" if isinstance(of, dict) else "list" if isinstance(of, list) else of
                yield path, "retyped", f"is declared {wanted} and came as {came}, for instance in {example}"


def _grown(known: Mapping[str, frozenset[str]], seen: dict[str, Sighting]) -> Iterator[tuple[str, str, str]]:
    for path, names in known.items():
        for value, example in seen.get(path, Sighting()).values.items():
            if value not in names:
                yield path, "grown", f"has the value {value!r}, which has no name here, for instance in {example}"


def _reads(of: Any, came: str) -> bool:
    if isinstance(of, dict | list):
        return came == ("object" if isinstance(of, dict) else "list")
    return of == "JSON" or came in READS.get(of, WHOLE)


def _lost(
    declared: dict[str, Any], seen: dict[str, Sighting], before: dict[str, tuple[int, int]]
) -> Iterator[tuple[str, str, str]]:
    arrived = {holder(path) for path in declared if path in seen and path not in before}
    for path in declared:
        objects, times = before.get(path, (0, 0))
        now = seen.get(holder(path), Sighting()).objects
        was_always_there = objects > 0 and times >= objects
        # Where another declared field of the same object has just arrived, it was renamed to a name that is read.
        if was_always_there and path not in seen and objects * now >= ENOUGH and holder(path) not in arrived:
            yield path, "lost", f"was in all of {objects:,} objects and is in none of {now:,} now"


def _new(
    declared: dict[str, Any], seen: dict[str, Sighting], before: dict[str, tuple[int, int]]
) -> Iterator[tuple[str, str, str]]:
    for path, sighting in seen.items() if before else ():
        is_outermost = holder(path) in declared or not holder(path) or holder(path).removesuffix("[]") in declared
        if path and not path.endswith("[]") and is_outermost and path not in declared and path not in before:
            types = " or ".join(f"{of}, for instance in {example}" for of, example in sighting.types.items())
            yield path, "new", types or "null so far"
