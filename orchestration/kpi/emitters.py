"""The one registry in other tools' words: dbt docs, MetricFlow, Lightdash."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import yaml

from orchestration.kpi.registry import METRICS, Edge, Registry

TREE_TABLE = "kpi_tree_nodes"


def files(registry: Registry, metrics: Path = METRICS) -> dict[str, str]:
    """Return the text of each file, by the path below the folder it is written to."""
    known = _metrics(metrics)
    return {
        "metricflow/semantic_models.yml": _yaml(metricflow(registry, known)),
        "lightdash/kpi_tree_nodes.yml": _yaml(lightdash(registry, known)),
        "dbt_docs/kpi_trees.md": dbt_docs(registry, known),
    }


def write(folder: Path, registry: Registry) -> list[Path]:
    """Write all files below `folder`; return their paths."""
    written = []
    for name, text in files(registry).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def metricflow(registry: Registry, known: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return a semantic model over the days of the tree nodes: counts as sums, and ratios of them as ratios.

    A metric is read from one node, though several trees may hold it. Levels, distinct people and money of several
    currencies are left out: MetricFlow would add them up.
    """
    nodes = {edge.metric_id: edge for edge in reversed(registry.edges)}
    counts = {
        name: row
        for name, row in known.items()
        if name in nodes and row["kind"] == "count" and row["unit"] != "currency"
    }
    rates = {
        name: row
        for name, row in known.items()
        if row["kind"] in ("ratio", "share") and {row["numerator"], row["denominator"]} <= set(counts)
    }
    model = {
        "name": "kpi_days",
        "description": "Brand's metrics by day, as the KPI trees measure them.",
        "model": f"ref('{TREE_TABLE}')",
        "defaults": {"agg_time_dimension": "measured_on"},
        "primary_entity": "tree_node",
        "dimensions": [
            {"name": "measured_on", "type": "time", "expr": "period_start", "type_params": {"time_granularity": "day"}},
            {"name": "brand_id", "type": "categorical"},
        ],
        "measures": [_measure(name, row, nodes[name]) for name, row in counts.items()],
    }
    simple = [_metric(name, row, "simple", {"measure": f"{name}_sum"}) for name, row in counts.items()]
    ratios = [
        _metric(name, row, "ratio", {side: row[side] for side in ("numerator", "denominator")})
        for name, row in rates.items()
    ]
    return {"semantic_models": [model], "metrics": simple + ratios}


def _measure(name: str, row: dict[str, str], node: Edge) -> dict[str, Any]:
    one_node = f"kgi_id = '{node.kgi_id}' and version = {node.version} and node_id = '{node.node_id}'"
    expression = f"case when period_type = 'day' and {one_node} then actual end"
    return {"name": f"{name}_sum", "agg": "sum", "expr": expression, "description": _said(row)}


def _metric(name: str, row: dict[str, str], kind: str, parameters: dict[str, str]) -> dict[str, Any]:
    said = {"name": name, "label": row["label_en"], "description": _said(row)}
    return said | {"type": kind, "type_params": parameters}


def lightdash(registry: Registry, known: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return the tree table with one Lightdash metric a measured node: its label, drivers and target."""
    measures: dict[str, Any] = {}
    for nodes in registry.trees().values():
        names = {node.node_id: _node_name(registry, nodes, node) for node in nodes}
        for node in nodes:
            metric = _lightdash_metric(registry, known, node)
            drivers = [names[child.node_id] for child in nodes if child.parent_node_id == node.node_id]
            measures[names[node.node_id]] = metric | (
                {"drivers": drivers, "tags": [f"op:{node.op}"]} if drivers else {}
            )
    column = {"name": "actual", "config": {"meta": {"metrics": measures}}}
    return {"version": 2, "models": [{"name": TREE_TABLE, "columns": [column]}]}


def _node_name(registry: Registry, nodes: list[Edge], node: Edge) -> str:
    goal = _slug(node.kgi_id, [kgi.kgi_id for kgi in registry.kgis])
    brand = "all" if node.brand_id == "*" else node.brand_id
    return f"{goal}_v{node.version}_{brand}_{_slug(node.node_id, [other.node_id for other in nodes])}"


def _slug(name: str, all_names: list[str]) -> str:
    """Return a name that those tools take: itself, or, of another script, its place among all."""
    return name if re.fullmatch(r"\w+", name, re.ASCII) else f"no_{all_names.index(name) + 1}"


def _lightdash_metric(registry: Registry, known: dict, node: Edge) -> dict[str, Any]:
    targets = [
        {"value": target.target_value, "period": target.period_type, "from": target.valid_from.isoformat()}
        for target in registry.targets
        if target.goal[0] == node.kgi_id and target.metric_id == node.metric_id and target.target_value is not None
    ]
    metric = {
        "type": "max",
        "label": node.label_en,
        "description": _said(known[node.metric_id]) if node.metric_id in known else node.label_ja,
        "filters": [{"kgi_id": node.kgi_id}, {"version": node.version}, {"node_id": node.node_id}],
        "spotlight": {"categories": [node.kgi_id]},
    }
    return metric | ({"targets": targets} if targets else {})


def dbt_docs(registry: Registry, known: dict[str, dict[str, str]]) -> str:
    """Return docs blocks: one a tree as Mermaid, and the glossary of both languages."""
    blocks = []
    for (kgi_id, brand_id, version), nodes in registry.trees().items():
        goal = _slug(kgi_id, [kgi.kgi_id for kgi in registry.kgis])
        name = f"kpi_tree_{goal}_{'all' if brand_id == '*' else brand_id}_v{version}"
        chart = "\n".join(["```mermaid", *_chart(nodes), "```"])
        blocks.append(f"{{% docs {name} %}}\n{chart}\n{{% enddocs %}}")
    rows = [f"| {row['label_en']} | {row['label_ja']} | {_said(row)} |" for row in known.values()]
    table = "\n".join(["| English | 日本語 | meaning |", "|---|---|---|", *rows])
    return "\n\n".join([*blocks, f"{{% docs kpi_glossary %}}\n{table}\n{{% enddocs %}}"]) + "\n"


def _chart(nodes: list[Edge]) -> Iterator[str]:
    yield "flowchart TD"
    places = {node.node_id: f"n{place}" for place, node in enumerate(nodes)}
    for node in nodes:
        yield f'    {places[node.node_id]}["{escape(node.label_en)}<br/>{escape(node.label_ja)}"]'
        if node.parent_node_id:
            yield f"    {places[node.parent_node_id]} --- {places[node.node_id]}"


def _metrics(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["version"]))
    return {row["metric_id"]: row for row in rows}


def _said(row: dict[str, str]) -> str:
    return f"{row['label_en']} ({row['label_ja']}): {row['formula']}; unit {row['unit']}."


def _yaml(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
