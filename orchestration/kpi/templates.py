"""`warehouse kpi template`: rows for the KPI seeds from the pattern of a kind of goal, to copy and edit."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from orchestration.kpi.registry import METRICS, SEEDS
from orchestration.settings import Problem


def rows(kgi_type: str, brand_id: str, seeds: Path = SEEDS, metrics: Path = METRICS) -> dict[str, list[dict[str, str]]]:
    """Return rows by seed: the goal with its number left open, its KPIs, and a tree in which they go along with it."""
    pattern = [row for row in _read(seeds / "kgi_patterns.csv") if row["kgi_type"] == kgi_type and row["role"] == "kpi"]
    if not pattern:
        raise Problem(f"kgi_patterns.csv has no pattern {kgi_type}: name one of its kgi_type.")
    known = {row["metric_id"]: row for row in sorted(_read(metrics), key=lambda row: int(row["version"]))}
    goal = {"kgi_id": kgi_type, "brand_id": brand_id}
    first = known[pattern[0]["metric_id"]]
    kgi = goal | {
        "version": "1", "kgi_type": kgi_type, "metric_id": first["metric_id"], "label_en": first["label_en"],
        "label_ja": first["label_ja"], "target_value": "", "growth_rate": "", "baseline_value": "",
        "period_type": "month", "spread": _spread(first), "owner": "",
        "is_proxy": str(kgi_type == "awareness").lower(), "valid_from": "", "valid_to": "",
    }  # fmt: skip
    kpis = [
        goal | {"kpi_id": f"{kgi_type}_{row['metric_id']}", "metric_id": row["metric_id"], "reason": row["reason"]}
        for row in pattern
    ]
    nodes = [
        goal
        | {"version": "1", "node_id": row["metric_id"], "child_order": str(place), "metric_id": row["metric_id"]}
        | {"parent_node_id": first["metric_id"] if place else "", "op": "leaf" if place else "empirical"}
        | {"label_en": known[row["metric_id"]]["label_en"], "label_ja": known[row["metric_id"]]["label_ja"]}
        for place, row in enumerate(pattern)
    ]
    return {"kgis.csv": [kgi], "kpis.csv": kpis, "kpi_edges.csv": nodes}


def needs(kgi_type: str, seeds: Path = SEEDS) -> list[str]:
    """Return the kinds of dropped files without which a metric of the pattern stays unknown."""
    return sorted({row["needs"] for row in _read(seeds / "kgi_patterns.csv") if row["kgi_type"] == kgi_type} - {""})


def text(kgi_type: str, brand_id: str, seeds: Path = SEEDS) -> str:
    """Return the rows as CSV under the columns of each seed, with what has to be filled in."""
    parts = []
    for name, filled in rows(kgi_type, brand_id, seeds).items():
        with (seeds / name).open(encoding="utf-8-sig", newline="") as file:
            columns = next(csv.reader(file))
        out = io.StringIO()
        writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(filled)
        parts.append(f"# {name}\n{out.getvalue()}")
    parts.append("# to fill in: target_value or growth_rate, owner, valid_from")
    parts += [f"# needs an input: files in landing/inbox/{kind}/ (docs/file_feeds)" for kind in needs(kgi_type, seeds)]
    return "\n".join(parts)


def _spread(metric: dict[str, str]) -> str:
    return {"count": "by_day", "distinct": "own_period"}.get(metric["kind"], "same")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
