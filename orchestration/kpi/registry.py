"""The KPI seeds as typed rows, each with the file and line on which it stands."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from orchestration import seed_registry
from orchestration.seed_registry import Fault
from orchestration.settings import DBT_PROJECT

SEEDS = DBT_PROJECT / "seeds" / "kpi"
METRICS = DBT_PROJECT / "seeds" / "metrics.csv"
PeriodType = Literal["day", "week", "month", "quarter"]
Spread = Literal["by_day", "same", "own_period"]
KgiType = Literal["awareness", "community", "sales", "leads", "store_visits"]


class Row(seed_registry.Row):
    """What every row of a goal has."""

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


class Bridge(seed_registry.Row):
    """One row of kpi_bridges.csv: how an older definition of a metric is made comparable with a newer one."""

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


# Each seed, its row, and the columns that name one row of it.
FILES: dict[str, tuple[type[seed_registry.Row], tuple[str, ...]]] = {
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
        rows = [
            list(seed_registry.rows(folder / f"{name}.csv", kind, key, faults)) for name, (kind, key) in FILES.items()
        ]
        with metrics.open(encoding="utf-8-sig", newline="") as file:
            units = {row["metric_id"]: row["unit"] for row in csv.DictReader(file)}
        return cls(*rows, list(_named(folder)), units, faults)

    def trees(self) -> dict[tuple[str, str, int], list[Edge]]:
        """Return the nodes of each tree, by KGI, brand and version."""
        found: dict[tuple[str, str, int], list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.tree, []).append(edge)
        return found


def _named(folder: Path) -> Iterator[Named]:
    for path in (folder / f"{name}.csv" for name in NAMING):
        if path.is_file():
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                reader = csv.DictReader(file)
                for cells in reader:
                    for metric_id in " ".join(cells.get(column) or "" for column in NAMING[path.stem]).split():
                        yield Named(path.name, reader.line_num, metric_id)
