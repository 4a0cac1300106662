"""The fields that earlier runs saw in a source's pages, and how often: what a new run's pages are compared with."""

from __future__ import annotations

import duckdb

from orchestration.sightings import Sighting, holder

HISTORY = """
    create table if not exists raw_registry.fields (
        source varchar, stream varchar, path varchar, objects bigint, seen bigint, last_seen_at timestamptz
    )
"""


def seen_before(con: duckdb.DuckDBPyConnection, source: str, stream: str) -> dict[str, tuple[int, int]]:
    """Return by path the objects that could hold a field, and those that did."""
    con.execute(HISTORY)
    rows = con.execute(
        "select path, objects, seen from raw_registry.fields where source = ? and stream = ?", [source, stream]
    ).fetchall()
    return {path: (objects, times) for path, objects, times in rows}


def remember(con: duckdb.DuckDBPyConnection, source: str, stream: str, seen: dict[str, Sighting]) -> None:
    """Add what was seen of each field to what was seen of it before."""
    rows = [
        (path, seen.get(holder(path), Sighting()).objects, sighting.seen)
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
        missed = seen.get(holder(path), Sighting()).objects
        if path not in known and missed:
            con.execute(
                "update raw_registry.fields set objects = objects + ? where source = ? and stream = ? and path = ?",
                [missed, source, stream, path],
            )
