"""A seed as typed rows, each with the file and line on which it stands; what can't be read becomes a fault."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from orchestration.settings import Problem


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row: its kind, its place, the remedy, and what the row is of where that can be told."""

    kind: str
    file: str
    line: int
    sentence: str
    owner: tuple | None = None

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.sentence}"


class Row(BaseModel):
    """What every row has; an empty cell is None, an unknown column a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    line: int


Kind = TypeVar("Kind", bound=BaseModel)
Owner = Callable[[dict[str, str]], tuple | None]


def rows(
    path: Path, kind: type[Kind], key: tuple[str, ...], faults: list[Fault], owner: Owner = lambda _: None
) -> Iterator[Kind]:
    """Yield the sound rows of a seed, of several with one key the first; `owner` tells from cells what a row is of."""
    if not path.is_file():
        raise Problem(f"{path} is missing: put the seed there or name another folder with --seeds.")
    reader = _reader(path, kind, faults)
    first_line: dict[tuple, int] = {}
    for cells in reader or ():
        filled = {name: value for name, value in cells.items() if value not in ("", None)}
        place = (path.name, reader.line_num)
        try:
            row = kind.model_validate(filled | {"file": path.name, "line": reader.line_num})
        except ValidationError as error:
            faults += (Fault(*_said(filled, each, place), owner(filled)) for each in error.errors())
            continue
        named = tuple(getattr(row, name) for name in key)
        if named in first_line:
            sentence = f"{' '.join(map(str, named))} stands on line {first_line[named]} already: remove one."
            faults.append(Fault("repeated", *place, sentence, owner(filled)))
            continue
        first_line[named] = reader.line_num
        yield row


def _reader(path: Path, kind: type[BaseModel], faults: list[Fault]) -> csv.DictReader | None:
    """Return the rows of a seed as cells; None, and one fault, where it is no CSV of these columns at all."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        faults.append(Fault("unreadable", path.name, 1, "the file is not UTF-8: save it as CSV UTF-8."))
        return None
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="cells beyond the header")
    needed = {name for name, field in kind.model_fields.items() if field.is_required()} - {"file", "line"}
    lacking = sorted(needed - set(reader.fieldnames or ()))
    if lacking:
        sentence = f"the header has no {', '.join(lacking)}: name the columns there, parted by commas."
        faults.append(Fault("no_header", path.name, 1, sentence))
        return None
    return reader


def _said(cells: dict, error: dict, place: tuple[str, int]) -> tuple[str, str, int, str]:
    column = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return ("empty", *place, f"{column} is empty: fill it in.")
    if error["type"] == "extra_forbidden":
        return ("unknown_column", *place, f"{column} is no column of this seed: remove it.")
    reason = f"{error['msg'][0].lower()}{error['msg'][1:]}"
    return ("unreadable", *place, f"{column} is {cells.get(column)!r}, but {reason}: mend the cell.")
