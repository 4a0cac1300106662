"""`warehouse kpi check`: every fault of the registry with file, line and remedy, and what is unwise about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from orchestration.kpi import trees
from orchestration.kpi.registry import SEEDS, Fault, Registry
from orchestration.settings import Problem

KPIS_PER_KGI = 5
# What is looked at and buys nothing by itself.
EXPOSURE = {"impressions", "views", "reach"}


def require_sound(folder: Path = SEEDS) -> None:
    """Stop with a sentence per fault unless the registry is whole."""
    found = list(faults(Registry.read(folder)))
    if found:
        raise Problem("\n".join(str(fault) for fault in found))


def faults(registry: Registry) -> Iterator[Fault]:
    """Yield what no build can stand on; how rows stand to each other is judged once every row can be read."""
    if registry.faults:
        yield from registry.faults
        return
    yield from _of_names(registry)
    yield from _of_kgis(registry)
    yield from _of_kpi_numbers(registry)
    yield from _of_targets(registry)
    yield from _of_backcasts(registry)
    yield from _of_revisions(registry)
    for (kgi_id, brand_id, _), nodes in registry.trees().items():
        goals = {
            kgi.metric_id
            for kgi in registry.kgis
            if kgi.kgi_id == kgi_id and (brand_id == "*" or kgi.brand_id in ("*", brand_id))
        }
        yield from trees.of_tree(nodes, goals, registry.units)
    yield from trees.of_siblings(registry.siblings, registry.trees())


def lint(registry: Registry) -> Iterator[Fault]:
    """Yield what can be built and should not be: goals that are met without the business being better for it."""
    types = {kgi.kgi_id: kgi.kgi_type for kgi in registry.kgis}
    chosen: dict[tuple[str, str], list] = {}
    for kpi in registry.kpis:
        chosen.setdefault(kpi.goal, []).append(kpi)
    for (kgi_id, _), kpis in chosen.items():
        metrics, first = {kpi.metric_id for kpi in kpis}, kpis[0]
        if metrics <= {"followers", "followers_net"}:
            sentence = (
                f"followers are the only KPI of {kgi_id}: add one that followers have to do, such as link_clicks."
            )
            yield Fault("followers_only", first.file, first.line, sentence)
        if metrics <= EXPOSURE and types.get(kgi_id, "awareness") != "awareness":
            sentence = (
                f"{'/'.join(sorted(metrics))} is the only KPI of {kgi_id}, a goal of {types[kgi_id]}: exposure is a"
                " condition and no goal, add what comes after it."
            )
            yield Fault("vanity_goal", first.file, first.line, sentence)


def _of_names(registry: Registry) -> Iterator[Fault]:
    known = {kgi.kgi_id for kgi in registry.kgis}
    for row in [*registry.kpis, *registry.edges, *registry.targets, *registry.revisions]:
        if row.kgi_id not in known:
            sentence = f"there is no goal {row.kgi_id} in kgis.csv: add it or mend the kgi_id."
            yield Fault("unknown_kgi", row.file, row.line, sentence)
    rows = [*registry.kgis, *registry.kpis, *registry.edges, *registry.targets, *registry.revisions, *registry.bridges]
    for row in [*rows, *registry.named]:
        for metric_id in (row.metric_id, getattr(row, "rate_metric_id", None)):
            if metric_id is not None and metric_id not in registry.units:
                sentence = f"metric {metric_id} is not in metrics.csv: define it there or mend the name."
                yield Fault("unknown_metric", row.file, row.line, sentence)


def _of_kgis(registry: Registry) -> Iterator[Fault]:
    for kgi in registry.kgis:
        if (kgi.target_value is None) == (kgi.growth_rate is None):
            what = "neither target_value nor" if kgi.target_value is None else "both target_value and"
            sentence = f"{kgi.kgi_id} has {what} growth_rate: a goal is one number, give one of them."
            yield Fault("no_number", kgi.file, kgi.line, sentence)
        if kgi.valid_to is not None and kgi.valid_to < kgi.valid_from:
            sentence = f"{kgi.kgi_id} ends on {kgi.valid_to}, before it begins: mend valid_to."
            yield Fault("ends_before_it_begins", kgi.file, kgi.line, sentence)
        for other in registry.kgis:
            if other.goal == kgi.goal and other.version < kgi.version and _overlap(other, kgi):
                sentence = (
                    f"version {kgi.version} of {kgi.kgi_id} overlaps version {other.version}: end that one with a"
                    f" valid_to before {kgi.valid_from}."
                )
                yield Fault("two_versions_at_once", kgi.file, kgi.line, sentence)


def _overlap(one, other) -> bool:
    return (one.valid_to is None or other.valid_from <= one.valid_to) and (
        other.valid_to is None or one.valid_from <= other.valid_to
    )


def _of_kpi_numbers(registry: Registry) -> Iterator[Fault]:
    counts: Counter[tuple[str, str]] = Counter()
    for kpi in sorted(registry.kpis, key=lambda kpi: kpi.brand_id != "*"):
        counts[kpi.goal] += 1
        place = counts[kpi.goal] + (counts[kpi.kgi_id, "*"] if kpi.brand_id != "*" else 0)
        if place > KPIS_PER_KGI and kpi.override_reason is None:
            sentence = (
                f"{kpi.kpi_id} is KPI {place} of {kpi.kgi_id}: keep {KPIS_PER_KGI}, or say in"
                " override_reason why this one has to stand."
            )
            yield Fault("sixth_kpi", kpi.file, kpi.line, sentence)


def _of_targets(registry: Registry) -> Iterator[Fault]:
    for target in registry.targets:
        if target.method == "number" and (target.target_value is None or target.spread is None):
            sentence = f"the target of {target.metric_id} is a number: give target_value and spread."
            yield Fault("no_number", target.file, target.line, sentence)
        if target.rate_metric_id is not None and target.minimum_units is None:
            sentence = f"{target.rate_metric_id} is measured: say in minimum_units from how many on it is believed."
            yield Fault("no_minimum", target.file, target.line, sentence)


def _of_backcasts(registry: Registry) -> Iterator[Fault]:
    chains: dict[tuple, list] = {}
    for target in registry.targets:
        if target.method == "backcast":
            chains.setdefault((target.goal, target.valid_from), []).append(target)
    for steps in chains.values():
        for place, step in enumerate(sorted(steps, key=lambda step: step.step_order or 0), start=1):
            if step.step_order != place or place > trees.LEVELS:
                sentence = f"steps of a backcast are 1, 2, 3 … up to {trees.LEVELS}: this one has to be {place}."
                yield Fault("gap_in_backcast", step.file, step.line, sentence)
            if place > 1 and step.given_rate is None and step.rate_metric_id is None:
                sentence = f"no rate leads from {step.metric_id} to the step before: give given_rate or rate_metric_id."
                yield Fault("no_rate", step.file, step.line, sentence)
            if step.metric_id in EXPOSURE and step.kind != "condition":
                sentence = f"{step.metric_id} is a condition of a backcast and never a goal: set kind to condition."
                yield Fault("exposure_as_goal", step.file, step.line, sentence)


def _of_revisions(registry: Registry) -> Iterator[Fault]:
    written = {(*row.goal, row.metric_id, row.valid_from) for row in registry.revisions}
    numbers = [target for target in registry.targets if target.method == "number"]
    for row in [*registry.kgis, *numbers]:
        rows = registry.kgis if row in registry.kgis else numbers
        is_revised = any(
            (*other.goal, other.metric_id) == (*row.goal, row.metric_id) and other.valid_from < row.valid_from
            for other in rows
        )
        if is_revised and (*row.goal, row.metric_id, row.valid_from) not in written:
            sentence = (
                f"the number of {row.metric_id} changes on {row.valid_from} and nothing says why: add a row to"
                " kpi_revisions.csv with timing, extent and countermeasure."
            )
            yield Fault("unexplained_revision", row.file, row.line, sentence)
