"""What a change of the registry means before it is merged: faults of the change itself, and its effect."""

from __future__ import annotations

import io
import shutil
import statistics
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from orchestration.kpi.registry import FILES, SEEDS, Edge, Fault, Kgi, Registry, Target
from orchestration.settings import REPOSITORY

TOO_HIGH_BELOW = 0.05
FEWEST_PERIODS = 3
PERIODS = 6
# Of a row, what makes it another number.
NUMBER = ("target_value", "growth_rate", "baseline_value")
HISTORY = """
    select actual from marts.kpi_tree_nodes
    where kgi_id = ? and (brand_id = ? or ? = '*') and metric_id = ? and period_type = ? and not is_partial
        and actual is not null
    group by brand_id, period_start, actual order by period_start desc limit ?
"""


@contextmanager
def seeds_of(name: str) -> Iterator[Path | None]:
    """Yield the folder `name`, or the KPI seeds as they were in git's revision `name`; None where git has no such."""
    if Path(name).is_dir():
        yield Path(name)
        return
    place = str(SEEDS.relative_to(REPOSITORY))
    packed = None
    if shutil.which("git"):
        command = ["git", "archive", "--format=tar", f"{name}^{{commit}}", place]
        packed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=False)
    if packed is None or packed.returncode:
        yield None
        return
    with TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
        for seed in (f"{name}.csv" for name in FILES):
            if not (Path(folder) / place / seed).exists():  # a seed that came later had no rows then
                header = (SEEDS / seed).read_text(encoding="utf-8-sig").splitlines()[0]
                (Path(folder) / place / seed).write_text(f"{header}\n", encoding="utf-8")
        yield Path(folder) / place


def faults(old: Registry, new: Registry) -> Iterator[Fault]:
    """Yield what must not be changed in place: a KPI's metric, and a number without its reason."""
    before = {(*kpi.goal, kpi.kpi_id): kpi for kpi in old.kpis}
    for kpi in new.kpis:
        was = before.get((*kpi.goal, kpi.kpi_id))
        if was is not None and was.metric_id != kpi.metric_id:
            sentence = (
                f"{kpi.kpi_id} measured {was.metric_id} and now {kpi.metric_id}: another metric is another kpi_id,"
                " give it one of its own."
            )
            yield Fault("metric_swapped", kpi.file, kpi.line, sentence)
    written = {(*row.goal, row.metric_id, row.valid_from) for row in new.revisions}
    for was, row in _changed(old, new):
        if was is not None and (*row.goal, row.metric_id, row.valid_from) not in written:
            sentence = (
                f"the number of {row.metric_id} was {_number(was)} and is {_number(row)}: end the old row with"
                " valid_to, begin a new one, and say timing, extent and countermeasure in kpi_revisions.csv."
            )
            yield Fault("changed_in_place", row.file, row.line, sentence)


def effects(old: Registry, new: Registry, published: Path | None) -> Iterator[str]:
    """Yield a line per changed number, whether it can be reached, and per changed node, what hangs on it."""
    for was, row in _changed(old, new):
        change = f"from {_number(was)} to {_number(row)}" if was is not None else f"new, {_number(row)}"
        yield f"{row.file}, line {row.line}: {row.kgi_id} {row.metric_id}: {change}; {_reach(row, published)}"
    shape = ("parent_node_id", "op", "metric_id", "carries_target", "child_order")
    was_there = {(edge.tree, edge.node_id): edge for edge in old.edges}
    for edge in new.edges:
        was = was_there.pop((edge.tree, edge.node_id), None)
        if was is None or any(getattr(was, name) != getattr(edge, name) for name in shape):
            what = "new node" if was is None else "changed node"
            yield f"{edge.file}, line {edge.line}: {what} {edge.node_id}: moves {_above(edge, new.edges)}"
    for edge in was_there.values():
        yield f"{edge.file}: node {edge.node_id} is gone: moves {_above(edge, old.edges)}"


def _changed(old: Registry, new: Registry) -> Iterator[tuple[Kgi | Target | None, Kgi | Target]]:
    def key(row: Kgi | Target) -> tuple[Any, ...]:
        return (*row.goal, row.version if isinstance(row, Kgi) else (row.metric_id, row.period_type), row.valid_from)

    for rows, before in ((new.kgis, old.kgis), (_numbers(new), _numbers(old))):
        known = {key(row): row for row in before}
        for row in rows:
            was = known.get(key(row))
            if was is None or any(getattr(was, name, None) != getattr(row, name, None) for name in NUMBER):
                yield was, row


def _numbers(registry: Registry) -> list[Target]:
    return [target for target in registry.targets if target.method == "number"]


def _number(row: Kgi | Target) -> str:
    growth = getattr(row, "growth_rate", None)
    return f"{growth:+.1%}" if row.target_value is None and growth is not None else f"{row.target_value:,.10g}"


def _reach(row: Kgi | Target, published: Path | None) -> str:
    if row.target_value is None:
        return "a growth rate is not judged against history"
    if published is None:
        return "not judged against history, since nothing is published here"
    with duckdb.connect(str(published), read_only=True) as con:
        asked = [row.kgi_id, row.brand_id, row.brand_id, row.metric_id, row.period_type, PERIODS]
        values = [value for (value,) in con.execute(HISTORY, asked).fetchall()]
    if len(values) < FEWEST_PERIODS:
        return f"{len(values)} whole periods are too few to judge by"
    mean, spread = statistics.fmean(values), statistics.stdev(values)
    usual = statistics.NormalDist(mean, max(spread, 1e-9) * (1 + 1 / len(values)) ** 0.5)
    probability = 1 - usual.cdf(row.target_value)
    verdict = "too high" if probability < TOO_HIGH_BELOW else "can be reached"
    return f"{verdict}: {probability:.0%} probable from {len(values)} periods, mean {mean:,.6g}"


def _above(edge: Edge, edges: list[Edge]) -> str:
    nodes = {other.node_id: other for other in edges if other.tree == edge.tree}
    way, at = [edge.node_id], edge
    while at.parent_node_id in nodes and at.parent_node_id not in way:
        at = nodes[at.parent_node_id]
        way.append(at.node_id)
    return " → ".join(way)
