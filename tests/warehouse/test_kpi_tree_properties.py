"""For any tree and any values: contributions add up, order does not matter, targets come back.

A tree is drawn as nested nodes with a value on two days. Version 2 of each tree has its children the other way
round (those of a ratio stay), so that both orders pass through the models in one run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from kpi_models import TREES, KpiModels, compile_models

OLD, NEW = date(2026, 7, 1), date(2026, 7, 2)
TARGET = 1000.0
MOST_CHILDREN = 6

values = st.one_of(st.just(0.0), st.integers(-80, 80).map(lambda n: n / 4))


@dataclass
class Node:
    op: str
    children: list[Node] = field(default_factory=list)
    old: float = 0.0
    new: float = 0.0
    is_measured: bool = True
    name: str = ""


leaves = st.builds(Node, op=st.just("leaf"), old=values, new=values)


def parents(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    measured = st.booleans()
    return st.one_of(
        st.builds(Node, st.just("sum"), st.lists(children, min_size=1, max_size=4), is_measured=measured),
        st.builds(
            Node, st.just("product"), st.lists(children, min_size=2, max_size=MOST_CHILDREN), is_measured=measured
        ),
        st.builds(Node, st.just("ratio"), st.lists(children, min_size=2, max_size=2), is_measured=measured),
    )


trees = st.recursive(leaves, parents, max_leaves=14)


def evaluate(node: Node) -> None:
    """Give every node above the leaves its values; refuse trees that divide by zero or grow out of hand."""
    for child in node.children:
        evaluate(child)
    for day in ("old", "new") if node.children else ():
        parts = [getattr(child, day) for child in node.children]
        if node.op == "ratio":
            assume(abs(parts[1]) > 0.1)
        worked_out = {"sum": sum, "product": math.prod, "ratio": lambda pair: pair[0] / pair[1]}[node.op](parts)
        assume(abs(worked_out) < 1e9)
        setattr(node, day, worked_out)


def walk(
    node: Node, parent: Node | None = None, place: int = 1, depth: int = 0
) -> Iterator[tuple[Node, Node | None, int]]:
    assume(depth < 8)
    node.name = f"{parent.name}_{place}" if parent else "root"
    yield node, parent, place
    for number, child in enumerate(node.children, start=1):
        yield from walk(child, node, number, depth + 1)


def as_tables(tree: Node) -> dict[str, list[dict]]:
    edges, metrics = [], []
    for node, parent, place in walk(tree):
        is_measured = node.is_measured or not parent or not node.children
        for version, order in ((1, place), (2, place if parent and parent.op == "ratio" else -place)):
            edges.append(
                {"kgi_id": "g", "version": version, "brand_id": "*", "node_id": node.name, "child_order": order}
                | {"parent_node_id": parent and parent.name, "op": node.op, "carries_target": place == 1}
                | {"metric_id": node.name if is_measured else None}
            )
        for day, value in ((OLD, node.old), (NEW, node.new)) if is_measured else ():
            metrics.append(
                {"brand_id": "b", "metric_id": node.name, "period_type": "day", "period_start": day, "period_end": day}
                | {"value": value, "is_partial": False}
            )
    goal = {"kgi_id": "g", "version": 1, "brand_id": "*", "metric_id": "root", "target_value": TARGET}
    goal |= {"period_type": "day", "spread": "by_day", "valid_from": OLD}
    return {
        "seeds.kpi_edges": edges,
        "seeds.kgis": [goal],
        "intermediate.int_brand_metrics_by_period": metrics,
        "intermediate.int_reporting_window": [{"first_date": OLD, "last_date": NEW}],
    }


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> KpiModels:
    return KpiModels(TREES, compile_models(tmp_path_factory.mktemp("kpi"), TREES))


random_trees = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@random_trees
@given(tree=trees)
def test_contributions_add_up_whatever_the_tree_and_the_order_of_its_children(models, tree):
    """N5 and M174: to the change within 1e-6, alike in any order of children, and nothing for an unchanged leaf."""
    evaluate(tree)
    rows = models.run(as_tables(tree), "kpi_tree_contributions")[0]
    of_version = {
        version: {r["node_id"]: r for r in rows if r["version"] == version and r["period_start"] == NEW}
        for version in (1, 2)
    }
    scale = max(abs(tree.old), abs(tree.new), 1.0) + sum(abs(r["contribution"]) for r in of_version[1].values())
    total = math.fsum(r["contribution"] for r in of_version[1].values())
    assert total == pytest.approx(tree.new - tree.old, rel=1e-6, abs=1e-9 * scale)
    for name, row in of_version[1].items():
        assert row["contribution"] == pytest.approx(of_version[2][name]["contribution"], rel=1e-6, abs=1e-9 * scale)
        if row["actual"] == row["previous_actual"]:
            assert row["contribution"] == 0


@random_trees
@given(tree=trees)
def test_what_is_required_of_the_leaves_is_worth_the_target_of_the_goal(models, tree):
    """M43: identities recompute from their children; what goes down comes back up as the KGI's target."""
    evaluate(tree)
    nodes = models.run(as_tables(tree), "kpi_tree_nodes")[0]
    required = {n["node_id"]: n["required"] for n in nodes if n["version"] == 1 and n["period_start"] == NEW}
    assert required["root"] == TARGET
    for node, _, _ in walk(tree):
        parts = [required[child.name] for child in node.children]
        if not parts or None in parts:
            continue
        up = {"sum": sum, "product": math.prod, "ratio": lambda pair: pair[0] / pair[1]}[node.op](parts)
        assert up == pytest.approx(required[node.name], rel=1e-6)


@random_trees
@given(
    usual=st.integers(1, 400),
    drivers=st.lists(
        st.tuples(st.integers(1, 400), st.sampled_from([-1.5, -0.5, 0.3, 0.8, 1.2])), min_size=1, max_size=4
    ),
)
def test_what_is_required_below_a_fitted_edge_is_worth_the_target_by_the_fit(models, usual, drivers):
    """N5: the target goes down by the elasticities and comes back up by them."""
    root = Node("empirical", [Node("leaf", old=value, new=value) for value, _ in drivers], old=usual, new=usual)
    given_tables = as_tables(root)
    fit = {"brand_id": "b", "related_metric_id": "root", "assessed_on": OLD, "state": "supported", "expires_on": NEW}
    given_tables["intermediate.int_kpi_relations_judged"] = [
        fit | {"metric_id": f"root_{place}", "elasticity": elasticity}
        for place, (_, elasticity) in enumerate(drivers, start=1)
    ]
    nodes = models.run(given_tables, "kpi_tree_nodes")[0]
    required = {n["node_id"]: n["required"] for n in nodes if n["version"] == 1 and n["period_start"] == NEW}
    grown = usual * math.prod(
        (required[f"root_{place}"] / value) ** elasticity for place, (value, elasticity) in enumerate(drivers, start=1)
    )
    assert grown == pytest.approx(TARGET, rel=1e-6)
