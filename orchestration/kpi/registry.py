"""The KPI seeds as typed rows, each with the file and line on which it stands."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orchestration.settings import DBT_PROJECT, Problem

SEEDS = DBT_PROJECT / "seeds" / "kpi"
METRICS = DBT_PROJECT / "seeds" / "metrics.csv"
PeriodType = Literal["day", "week", "month", "quarter"]
Spread = Literal["by_day", "same", "own_period"]
KgiType = Literal["awareness", "community", "sales", "leads", "store_visits"]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row: its kind, its place and the remedy."""

    kind: str
    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.sentence}"


class Row(BaseModel):
    """What every row has; an empty cell is None, an unknown column a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    line: int
    kgi_id: str
    brand_id: str

    @property
    def goal(self) -> tuple[str, str]:
        """Return the KGI and the brand that it is of."""
        return self.kgi_id, self.brand_id


class Kgi(Row):
    """One row of kgis.csv."""

    version: int = Field(ge=1)
    kgi_type: KgiType
    metric_id: str
    label_en: str
    label_ja: str
    target_value: float | None = Field(default=None, gt=0)
    growth_rate: float | None = Field(default=None, gt=-1)
    baseline_value: float | None = None
    period_type: PeriodType
    spread: Spread
    owner: str
    is_proxy: bool = False
    valid_from: date
    valid_to: date | None = None


class Kpi(Row):
    """One row of kpis.csv."""

    kpi_id: str
    metric_id: str
    reason: str
    override_reason: str | None = None


class Edge(Row):
    """One row of kpi_edges.csv: a node and its edge to its parent."""

    version: int = Field(ge=1)
    node_id: str
    parent_node_id: str | None = None
    child_order: int
    op: Literal["sum", "product", "ratio", "leaf", "empirical"]
    metric_id: str | None = None
    carries_target: bool = False
    label_en: str
    label_ja: str

    @property
    def tree(self) -> tuple[str, str, int]:
        """Return what names the tree."""
        return self.kgi_id, self.brand_id, self.version


class Target(Row):
    """One row of kpi_targets.csv."""

    metric_id: str
    period_type: PeriodType
    method: Literal["number", "backcast"]
    target_value: float | None = Field(default=None, gt=0)
    spread: Spread | None = None
    step_order: int | None = Field(default=None, ge=1)
    kind: Literal["goal", "condition"] | None = None
    given_rate: float | None = Field(default=None, gt=0, le=1)
    rate_metric_id: str | None = None
    minimum_units: float | None = Field(default=None, gt=0)
    valid_from: date
    valid_to: date | None = None


class Revision(Row):
    """One row of kpi_revisions.csv: why a number changed, and what is done about it."""

    metric_id: str
    valid_from: date
    from_value: float | None = None
    to_value: float
    timing: str
    extent: str
    countermeasure: str
    author: str


class Bridge(BaseModel):
    """One row of kpi_bridges.csv: how an older definition of a metric is made comparable with a newer one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    line: int
    metric_id: str
    valid_from: date
    factor: float = Field(gt=0)
    reason: str


class Sibling(Row):
    """One row of kpi_siblings.csv: two nodes of one level that go together."""

    version: int = Field(ge=1)
    node_id: str
    sibling_node_id: str
    label_en: str
    label_ja: str

    @property
    def tree(self) -> tuple[str, str, int]:
        """Return what names the tree."""
        return self.kgi_id, self.brand_id, self.version


Kind = TypeVar("Kind", bound=BaseModel)
# Each seed, its row, and the columns that name one row of it.
FILES: dict[str, tuple[type[BaseModel], tuple[str, ...]]] = {
    "kgis": (Kgi, ("kgi_id", "version", "brand_id")),
    "kpis": (Kpi, ("kgi_id", "brand_id", "kpi_id")),
    "kpi_edges": (Edge, ("kgi_id", "version", "brand_id", "node_id")),
    "kpi_targets": (Target, ("kgi_id", "brand_id", "metric_id", "period_type", "method", "valid_from")),
    "kpi_revisions": (Revision, ("kgi_id", "brand_id", "metric_id", "valid_from")),
    "kpi_bridges": (Bridge, ("metric_id", "valid_from")),
    "kpi_siblings": (Sibling, ("kgi_id", "version", "brand_id", "node_id", "sibling_node_id")),
}
# Seeds of steering, which name metrics too: the columns that do, some with several parted by a space.
NAMING = {
    "kgi_patterns": ("metric_id",),
    "phases": ("focus_metrics", "entry_metric_id"),
    "hints": ("metric_id",),
    "kpi_actions_taken": ("metric_id",),
    "situations": ("metric_id",),
    "business_flow": ("metric_id",),
}


@dataclass(frozen=True)
class Named:
    """A metric that a seed of steering names, and where."""

    file: str
    line: int
    metric_id: str


@dataclass
class Registry:
    """All rows of the seven seeds, what others name, the units of known metrics, and what could not be read."""

    kgis: list[Kgi]
    kpis: list[Kpi]
    edges: list[Edge]
    targets: list[Target]
    revisions: list[Revision]
    bridges: list[Bridge]
    siblings: list[Sibling]
    named: list[Named]
    units: dict[str, str]
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path = SEEDS, metrics: Path = METRICS) -> Registry:
        """Read the seeds of `folder`; a row that can't be read becomes a fault."""
        faults: list[Fault] = []
        rows = [list(_rows(folder / f"{name}.csv", kind, key, faults)) for name, (kind, key) in FILES.items()]
        with metrics.open(encoding="utf-8-sig", newline="") as file:
            units = {row["metric_id"]: row["unit"] for row in csv.DictReader(file)}
        return cls(*rows, list(_named(folder)), units, faults)

    def trees(self) -> dict[tuple[str, str, int], list[Edge]]:
        """Return the nodes of each tree, by KGI, brand and version."""
        found: dict[tuple[str, str, int], list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.tree, []).append(edge)
        return found


def _rows(path: Path, kind: type[Kind], key: tuple[str, ...], faults: list[Fault]) -> Iterator[Kind]:
    if not path.is_file():
        raise Problem(f"{path} is missing: put the KPI seeds there or name another folder with --seeds.")
    first_line: dict[tuple, int] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restkey="cells beyond the header")
        for cells in reader:
            filled = {name: value for name, value in cells.items() if value not in ("", None)}
            try:
                row = kind.model_validate(filled | {"file": path.name, "line": reader.line_num})
            except ValidationError as error:
                faults += (_unreadable(path.name, reader.line_num, filled, each) for each in error.errors())
                continue
            named = tuple(getattr(row, name) for name in key)
            if named in first_line:
                sentence = f"{' '.join(map(str, named))} stands on line {first_line[named]} already: remove one."
                faults.append(Fault("repeated", path.name, reader.line_num, sentence))
                continue
            first_line[named] = reader.line_num
            yield row


def _named(folder: Path) -> Iterator[Named]:
    for path in (folder / f"{name}.csv" for name in NAMING):
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                for cells in reader:
                    for metric_id in " ".join(cells[column] or "" for column in NAMING[path.stem]).split():
                        yield Named(path.name, reader.line_num, metric_id)


def _unreadable(file: str, line: int, cells: dict, error: dict) -> Fault:
    column = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return Fault("empty", file, line, f"{column} is empty: fill it in.")
    if error["type"] == "extra_forbidden":
        return Fault("unknown_column", file, line, f"{column} is no column of this seed: remove it.")
    reason = f"{error['msg'][0].lower()}{error['msg'][1:]}"
    return Fault("unreadable", file, line, f"{column} is {cells.get(column)!r}, but {reason}: mend the cell.")
