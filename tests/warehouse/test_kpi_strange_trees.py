"""Trees that are strange and valid, written into a copy of the seeds: as plain Python works them out."""

from __future__ import annotations

import csv
import math
import shutil
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from kpi_models import SEEDS as COLUMNS
from kpi_models import TREES, KpiModels, compile_models

from orchestration.kpi import checker
from orchestration.kpi.registry import SEEDS, Registry

OLD, NEW = (date(2026, 6, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 7, 31))
TARGET = 1000.0
# Of June and of July; the measured identities above them hold.
VALUES: dict[str, tuple[float | None, float | None]] = {
    "sessions_instagram": (30, 45),
    "sessions_x": (12, 8),
    "sessions": (9 * 30 + 12, 9 * 45 + 8),
    "deals_won": (4, 6),
    "leads": (20, 24),
    "win_rate_leads": (0.2, 0.25),
    "revenue_per_deal": (50, 0),
    "revenue": (20 * 0.2 * 50, 0),
    "engagements_instagram": (10, 12),
    "reach": (100, None),
    "er_reach": (0.1, None),
    "offline_visits": (300, 330),
    "profile_visits": (70, 90),
}
OPS = {"sum": sum, "product": math.prod, "ratio": lambda pair: pair[0] / pair[1]}


def node(kgi_id: str, node_id: str, parent: str | None, op: str, metric_id: str | None, order: int = 1, **more) -> dict:
    row = {"kgi_id": kgi_id, "version": 1, "brand_id": "*", "node_id": node_id, "parent_node_id": parent, "op": op}
    return row | {"child_order": order, "metric_id": metric_id, "label_en": node_id, "label_ja": node_id} | more


def ten_levels() -> list[dict]:
    rows = [node("deep", "n0", None, "sum", "sessions")]
    for level in range(1, 10):
        is_last = level == 9
        rows.append(node("deep", f"side{level}", f"n{level - 1}", "leaf", "sessions_instagram", -level))
        op, metric = ("leaf", "sessions_x") if is_last else ("sum", None)
        rows.append(node("deep", f"n{level}", f"n{level - 1}", op, metric, 7))
    return rows


TREES_OF = {
    "a single node": [node("one", "one", None, "leaf", "sessions")],
    "ten levels": ten_levels(),
    "a product of three with a zero": [
        node("nil", "revenue", None, "product", "revenue"),
        node("nil", "leads", "revenue", "leaf", "leads", 10, carries_target="true"),
        node("nil", "rate", "revenue", "leaf", "win_rate_leads", 10),
        node("nil", "each", "revenue", "leaf", "revenue_per_deal", 0),
    ],
    "a ratio over an unknown": [
        node("unknown", "rate", None, "ratio", "er_reach"),
        node("unknown", "reach", "rate", "leaf", "reach", 200),
        node("unknown", "engaged", "rate", "leaf", "engagements_instagram", 100),
    ],
    "a leaf of two goals": [
        node("won", "deals", None, "product", "deals_won"),
        node("won", "shared", "deals", "leaf", "leads", carries_target="true"),
        node("won", "rate", "deals", "leaf", "win_rate_leads", 2),
        node("asked", "all", None, "sum", "leads"),
        node("asked", "shared", "all", "leaf", "leads"),
    ],
    "Japanese names": [
        node("売上", "総訪問", None, "sum", "sessions"),
        *(node("売上", f"インスタ{n}", "総訪問", "leaf", "sessions_instagram", n) for n in range(9)),
        node("売上", "エックス", "総訪問", "leaf", "sessions_x", 9),
    ],
    "visits to the shop": [
        node("shop", "visits", None, "empirical", "offline_visits"),
        node("shop", "profile", "visits", "leaf", "profile_visits"),
    ],
}  # fmt: skip
NODES = [row for rows in TREES_OF.values() for row in rows]
TREE_NAMES = sorted({row["kgi_id"] for row in NODES})


@pytest.fixture(scope="module")
def seeds(tmp_path_factory) -> Path:
    """Return a copy of the project's own seeds with all strange trees and their goals added."""
    folder = tmp_path_factory.mktemp("seeds")
    shutil.copytree(SEEDS, folder, dirs_exist_ok=True)
    goals = [
        {"kgi_id": row["kgi_id"], "version": 1, "brand_id": "*", "kgi_type": "sales", "metric_id": row["metric_id"]}
        | {"label_en": row["kgi_id"], "label_ja": row["kgi_id"], "target_value": TARGET, "period_type": "month"}
        | {"spread": "same", "owner": "Lead", "valid_from": "2020-01-01"}
        for row in NODES
        if row["parent_node_id"] is None
    ]
    for name, rows in (("kgis", goals), ("kpi_edges", NODES)):
        with (folder / f"{name}.csv").open("r+", encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
            file.seek(0, 2)
            csv.DictWriter(file, columns, restval="", lineterminator="\n").writerows(rows)
    return folder


@pytest.fixture(scope="module")
def built(seeds, tmp_path_factory) -> tuple[dict, dict]:
    """Return the nodes and the contributions of July, by goal and node, as the models work them out."""
    read = Registry.read(seeds)
    tables = {
        f"seeds.{name}": [{column: getattr(row, column) for column in _columns(name)} for row in rows]
        for name, rows in (("kgis", read.kgis), ("kpis", read.kpis), ("kpi_edges", read.edges))
    }
    tables["intermediate.int_brand_metrics_by_period"] = [
        {"brand_id": "b", "metric_id": metric_id, "period_type": "month", "period_start": first, "period_end": last}
        | {"value": value, "is_partial": False, "null_reason": None if value is not None else "not_enough_viewers"}
        for metric_id, months in VALUES.items()
        for (first, last), value in zip((OLD, NEW), months, strict=True)
    ]
    tables["intermediate.int_reporting_window"] = [{"first_date": OLD[0], "last_date": NEW[1]}]
    models = KpiModels(TREES, compile_models(tmp_path_factory.mktemp("kpi"), TREES))
    found = models.run(tables, "kpi_tree_nodes", "kpi_tree_contributions")
    return tuple({(r["kgi_id"], r["node_id"]): r for r in rows if r["period_start"] == NEW[0]} for rows in found)


def _columns(seed: str) -> list[str]:
    return [column.split()[0] for column in COLUMNS[seed].split(", ")]


def of_tree(kgi_id: str) -> dict[str | None, list[dict]]:
    """Return the children of each node in their order; the root is the child of None."""
    children: dict[str | None, list[dict]] = {}
    for row in sorted(
        (row for row in NODES if row["kgi_id"] == kgi_id), key=lambda r: (r["child_order"], r["node_id"])
    ):
        children.setdefault(row["parent_node_id"], []).append(row)
    return children


def worth(row: dict, children: dict, month: int) -> float | None:
    """Return what a node is: measured, or worked out from its children."""
    if row["metric_id"]:
        return VALUES[row["metric_id"]][month]
    return OPS[row["op"]]([worth(child, children, month) for child in children[row["node_id"]]])


def gave(row: dict, children: dict, weight: float = 1.0) -> dict[str, float]:
    """Return what each leaf gave: the mean over every order in which the children could have changed."""
    below = children.get(row["node_id"], [])
    if row["op"] in ("leaf", "empirical"):
        return {row["node_id"]: weight * (worth(row, children, 1) - worth(row, children, 0))}
    old, new = ([worth(child, children, month) for child in below] for month in (0, 1))
    found = {}
    for place, child in enumerate(below):
        per_unit = 1.0 if row["op"] == "sum" else slope(row["op"], old, new, place)
        found |= gave(child, children, weight * per_unit)
    return found


def slope(op: str, old: list[float], new: list[float], place: int) -> float:
    """Return the mean change of the parent by one unit of the child, the others old or new as the order has it."""
    orders = list(permutations(range(len(old))))
    total = 0.0
    for order in orders:
        changed = set(order[: order.index(place)])
        others = [new[k] if k in changed else old[k] for k in range(len(old))]
        step = (new[place] - old[place]) or 1.0
        before, after = ([*others[:place], value, *others[place + 1 :]] for value in (old[place], old[place] + step))
        total += (OPS[op](after) - OPS[op](before)) / step
    return total / len(orders)


def asked(row: dict, children: dict, required: float) -> dict[str, float]:
    """Return what is required of each node so that the goal's target comes out at the top."""
    below = children.get(row["node_id"], [])
    held = [usual(child, children) for child in below]
    found = {row["node_id"]: required}
    for place, child in enumerate(below):
        share = {
            "sum": lambda p=place: required * held[p] / sum(held),
            "product": lambda p=place, c=child: (
                required / math.prod(v for k, v in enumerate(held) if k != p) if c.get("carries_target") else held[p]
            ),
            "ratio": lambda p=place: required * held[1] if p == 0 else held[1],
        }[row["op"]]()
        found |= asked(child, children, share)
    return found


def usual(row: dict, children: dict) -> float:
    """Return what a target is shared out by: July, or June where July is unknown or zero."""
    return worth(row, children, 1) or worth(row, children, 0)


def test_strange_trees_are_a_sound_registry(seeds):
    checker.require_sound(seeds)


@pytest.mark.parametrize("kgi_id", [name for name in TREE_NAMES if name != "unknown"])
def test_a_strange_tree_explains_its_goal_as_plain_python_does(built, kgi_id):
    """M43 and M174: contributions are the mean over all orders of change, and add up to the goal's change."""
    children = of_tree(kgi_id)
    expected = gave(children[None][0], children)
    rows = {node_id: row for (goal, node_id), row in built[1].items() if goal == kgi_id}
    assert {name: row["contribution"] for name, row in rows.items()} == pytest.approx(expected, rel=1e-6, abs=1e-9)
    change = worth(children[None][0], children, 1) - worth(children[None][0], children, 0)
    assert math.fsum(row["contribution"] for row in rows.values()) == pytest.approx(change, rel=1e-6)


@pytest.mark.parametrize("kgi_id", [name for name in TREE_NAMES if name != "shop"])
def test_a_strange_tree_asks_of_its_nodes_what_plain_python_asks(built, kgi_id):
    """N5: the goal's thousand goes down by the ops, over a zero and an unknown by what was usual."""
    children = of_tree(kgi_id)
    expected = asked(children[None][0], children, TARGET)
    rows = {node_id: row["required"] for (goal, node_id), row in built[0].items() if goal == kgi_id}
    assert rows == pytest.approx(expected, rel=1e-6)


def test_an_unknown_denominator_leaves_the_ratio_unexplained_with_its_reason(built):
    nodes, contributions = built
    assert (nodes["unknown", "rate"]["actual"], nodes["unknown", "rate"]["null_reason"]) == (None, "not_enough_viewers")
    rows = [row for (goal, _), row in contributions.items() if goal == "unknown"]
    assert [(row["contribution"], row["null_reason"]) for row in rows] == [(None, "not_enough_viewers")] * 2


def test_a_driver_without_a_relation_is_measured_and_asked_for_nothing(built):
    """M39: the visits of the shop are explained by themselves while nothing is known of what moves them."""
    nodes, contributions = built
    assert (nodes["shop", "visits"]["actual"], nodes["shop", "profile"]["required"]) == (330, None)
    assert contributions["shop", "visits"]["contribution"] == 30
