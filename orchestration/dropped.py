"""What stands in a dropped file: its records one by one, every value as text, personal values hashed on the way.

Encodings are told apart by their bytes (UTF-8 with or without BOM, UTF-16 with BOM, else CP932 if all of it fits),
delimiters by the header. A value is data and nothing else: what a spreadsheet would take for a formula stays as it is.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import duckdb

from connectors.files import Kind
from connectors.strict_json import parse_object

DELIMITERS = ",;\t"
BLOCK = 1 << 20
ROWS = 10_000
LONGEST_VALUE, LONGEST_HEADER = 16 << 20, 16 << 10
NESTED = re.compile(r"STRUCT|MAP|UNION|\[")
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class UnreadableFile(Exception):
    """A dropped file of which no row can be trusted."""


@dataclass(frozen=True)
class Record:
    """One row: the line it ends on, its values in the order of the kind's columns, or why it can't be read."""

    line: int
    values: tuple[str, ...] = ()
    flaw: str | None = None


def records(con: duckdb.DuckDBPyConnection, kind: Kind, path: Path) -> Iterator[Record]:
    """Yield the rows of a file; UnreadableFile says why none of it can be trusted."""
    reader = {".csv": _csv, ".ndjson": _ndjson}.get(path.suffix.lower())
    yield from reader(kind, path) if reader else _parquet(con, kind, path)


def _csv(kind: Kind, path: Path) -> Iterator[Record]:
    csv.field_size_limit(LONGEST_VALUE)
    with _text(path) as file:
        header = file.readline(LONGEST_VALUE).rstrip("\r\n")
        if "\0" in header or len(header) > LONGEST_HEADER:
            raise UnreadableFile("its first line is no header: save it as CSV UTF-8 and drop it again")
        delimiter = max(DELIMITERS, key=header.count)
        names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
        place = _places(kind, names)
        rows = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            for cells in rows:
                line = rows.line_num + 1
                if cells and len(cells) != len(names):
                    yield Record(line, flaw=f"it has {len(cells)} values, the header has {len(names)}")
                elif cells:
                    yield _checked(line, place(cells))
        except csv.Error as error:
            raise UnreadableFile(
                f"its quotes don't fit near line {rows.line_num + 1} ({error}): mend them and drop the file again"
            ) from None


def _ndjson(kind: Kind, path: Path) -> Iterator[Record]:
    with _text(path) as file:
        for line, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                found = parse_object(text.encode("utf-8"))
            except ValueError as error:
                yield Record(line, flaw=f"it is {error} instead of a JSON object")
                continue
            found = dict(zip(_known_names(kind, list(found)), found.values(), strict=True))
            nested = sorted(name for name, value in found.items() if isinstance(value, dict | list))
            if nested:
                yield Record(line, flaw=f"{nested[0]} is not a single value")
            else:
                yield _checked(line, tuple(_said(found.get(name)) for name in kind.columns))


def _said(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _parquet(con: duckdb.DuckDBPyConnection, kind: Kind, path: Path) -> Iterator[Record]:
    cursor = con.cursor()
    cursor.execute("set timezone = 'UTC'")
    described = cursor.execute("describe from read_parquet(?)", [str(path)]).fetchall()
    place = _places(kind, [name for name, *_ in described])
    nested = next((name for name, of, *_ in described if NESTED.search(of)), None)
    if nested:
        raise UnreadableFile(f"column {nested} is nested: write one value a cell")
    cursor.execute("select coalesce(columns(*)::varchar, '') from read_parquet(?)", [str(path)])
    line = 0
    while rows := cursor.fetchmany(ROWS):
        for row in rows:
            line += 1
            yield _checked(line, place(row))


def _places(kind: Kind, names: list[str]) -> Callable[[list[str] | tuple[str, ...]], tuple[str, ...]]:
    """Check a header; return what brings the cells below it into the order of the kind's columns."""
    names = _known_names(kind, names)
    missing = sorted(kind.required - set(names))
    if missing:
        raise UnreadableFile(f"column {', '.join(missing)} is missing")
    read = [name for name in names if name is not None]
    if len(set(read)) < len(read):
        raise UnreadableFile("a column stands twice in the header")
    order = [names.index(name) if name in names else None for name in kind.columns]
    return lambda cells: tuple("" if at is None else cells[at] for at in order)


def _known_names(kind: Kind, names: list[str]) -> list[str | None]:
    """Return our names of the columns of a file, None for one that is left out."""
    known = [None if name in kind.unread else kind.headers.get(name, name) for name in names]
    unknown = sorted({name for name, ours in zip(names, known, strict=True) if ours not in {None, *kind.columns}})
    if "" in unknown:
        raise UnreadableFile("a column of the header has no name: take the empty column out")
    if unknown:
        written = [*kind.headers, *kind.unread] or kind.columns
        raise UnreadableFile(f"unknown column {', '.join(unknown)}; known are {', '.join(written)}")
    return known


def _checked(line: int, values: tuple[str, ...]) -> Record:
    if any("\0" in value for value in values):
        return Record(line, flaw="it has a NUL byte in it")
    return Record(line, values)


@contextmanager
def _text(path: Path) -> Iterator[TextIO]:
    try:
        with path.open(encoding=encoding_of(path), newline="") as file:
            yield file
    except UnicodeDecodeError:
        raise UnreadableFile("it breaks off in the middle of a character: drop the whole file again") from None


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file; UnreadableFile when it is none that we know."""
    with path.open("rb") as file:
        head = file.read(4)
    for bom, name in BOMS:
        if head.startswith(bom):
            return name
    for name in ("utf-8", "cp932"):
        if _decodes(path, name):
            return name
    raise UnreadableFile("it is neither UTF-8, UTF-16 nor Shift_JIS: save it as CSV UTF-8 and drop it again")


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(BLOCK):
                pass
    except UnicodeDecodeError:
        return False
    return True
