"""The score seeds as typed rows, each with the file and line on which it stands."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orchestration.settings import DBT_PROJECT, Problem

SEEDS = DBT_PROJECT / "seeds" / "score"
Key = tuple[str, int]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row: its kind, its model (None when it can't be told), its place and the remedy."""

    kind: str
    model: Key | None
    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.sentence}"


class Row(BaseModel):
    """What every row of the score seeds has; an empty cell is None, an unknown column a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    line: int
    model_id: str
    model_version: int = Field(ge=1)

    @property
    def model(self) -> Key:
        """Return what names the model version."""
        return self.model_id, self.model_version


class Model(Row):
    """One row of score_models.csv; points unless its column says otherwise."""

    entity_type: str
    label_en: str
    label_ja: str
    scale_max: float = Field(gt=0)
    period_types: Literal["month", "quarter", "month quarter", "quarter month"]
    status: Literal["draft", "active", "archived"]
    min_people: int | None = Field(default=None, ge=1)
    drop_alert_points: float | None = Field(default=None, gt=0)
    low_alert_below: float | None = None
    low_alert_periods: int | None = Field(default=None, ge=1)


class Signal(Row):
    """One row of score_signals.csv."""

    signal_id: str
    signal_order: int
    label_en: str
    label_ja: str
    source: str
    event_type: str
    among: str | None = None
    measure: Literal[
        "day_share", "week_share", "days", "events", "types", "quantity_sum", "quantity_mean", "quantity_share",
        "share", "member_share", "new_member_share", "stickiness", "open", "latest", "silence",
    ]  # fmt: skip
    window_type: Literal["period", "trailing", "as_of"]
    window_days: int | None = Field(default=None, ge=1)
    decay_half_life_days: float | None = Field(default=None, gt=0)
    count_mode: Literal["once", "per_unit"]
    threshold: float | None = None
    unit_size: float | None = Field(default=None, gt=0)
    rounding: Literal["floor", "half_up", "none"] | None = None
    weight: float
    cap: float | None = None
    exclusive_group: str | None = None
    score_group: str | None = None
    group_limit: float | None = None
    missing: Literal["zero", "reweight"] | None = None
    stale_after_days: int | None = Field(default=None, ge=0)


class Step(Row):
    """A stretch of the score's axis: its lower edge belongs to it."""

    label_en: str
    label_ja: str
    lower_incl: float
    upper_excl: float | None = None

    def holds(self, score: float) -> bool:
        """Tell whether a score belongs to the step."""
        return self.lower_incl <= score and (self.upper_excl is None or score < self.upper_excl)


class Band(Step):
    """One row of score_bands.csv, points. `upper_incl` is for tables of others, which close both edges."""

    band: str
    band_order: int
    upper_incl: float | None = None

    def holds(self, score: float) -> bool:
        """Tell whether a score belongs to the band."""
        return super().holds(score) and (self.upper_incl is None or score <= self.upper_incl)


class Action(Step):
    """One row of score_actions.csv, percent of the scale."""

    action_id: str


Kind = TypeVar("Kind", bound=Row)


@dataclass
class Registry:
    """All rows of the four seeds, and what could not be read."""

    models: list[Model]
    signals: list[Signal]
    bands: list[Band]
    actions: list[Action]
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path = SEEDS) -> Registry:
        """Read the four seeds of `folder`; a row that can't be read becomes a fault."""
        faults: list[Fault] = []
        return cls(
            list(_rows(folder / "score_models.csv", Model, (), faults)),
            list(_rows(folder / "score_signals.csv", Signal, ("signal_id",), faults)),
            list(_rows(folder / "score_bands.csv", Band, ("band",), faults)),
            list(_rows(folder / "score_actions.csv", Action, ("action_id",), faults)),
            faults,
        )


def _rows(path: Path, kind: type[Kind], names: tuple[str, ...], faults: list[Fault]) -> Iterator[Kind]:
    if not path.is_file():
        raise Problem(f"{path} is missing: put the score's seeds there or name another folder with --seeds.")
    seen: Counter[tuple] = Counter()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restkey="cells beyond the header")
        for cells in reader:
            filled = {name: value for name, value in cells.items() if value not in ("", None)}
            try:
                row = kind.model_validate(filled | {"file": path.name, "line": reader.line_num})
            except ValidationError as error:
                faults += (_unreadable(path.name, reader.line_num, filled, each) for each in error.errors())
                continue
            key = (*row.model, *(getattr(row, name) for name in names))
            seen[key] += 1
            if seen[key] > 1:
                sentence = f"{' '.join(map(str, key))} stands twice: remove one or give it a name of its own."
                faults.append(Fault("repeated", row.model, path.name, reader.line_num, sentence))
                continue
            yield row


def _unreadable(file: str, line: int, cells: dict, error: dict) -> Fault:
    column = ".".join(str(part) for part in error["loc"])
    what = {"missing": "is empty", "extra_forbidden": "is no column of this seed"}.get(error["type"])
    reason = what or f"is {cells.get(column)!r}, but {error['msg'][0].lower()}{error['msg'][1:]}"
    named = cells.get("model_id"), str(cells.get("model_version"))
    model = (named[0], int(named[1])) if named[0] and named[1].isdigit() else None
    return Fault("unreadable", model, file, line, f"{column} {reason}: mend the cell.")
