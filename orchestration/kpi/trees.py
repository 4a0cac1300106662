"""What can be wrong with one KPI tree: its shape, its arithmetic, its units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from orchestration.kpi.registry import Edge, Fault, Sibling

# As in macros/kpi/tree.sql.
LEVELS = 12
FACTORS = 6
CHILDREN = {
    "leaf": (0, 0, "none"),
    "ratio": (2, 2, "two, the first over the second"),
    "product": (2, FACTORS, f"two to {FACTORS}"),
    "sum": (1, None, "at least one"),
    "empirical": (1, None, "at least one"),
}


def of_tree(nodes: Sequence[Edge], goal_metrics: set[str], units: dict[str, str]) -> Iterator[Fault]:
    """Yield the faults of the nodes of one tree; `goal_metrics` are those that the KGI is measured by."""
    children: dict[str | None, list[Edge]] = {}
    for node in nodes:
        children.setdefault(node.parent_node_id, []).append(node)
    yield from _of_roots(nodes, children.get(None, []), goal_metrics)
    yield from _of_ways(nodes)
    for node in nodes:
        yield from _of_node(node, children.get(node.node_id, []), units)


def _of_roots(nodes: Sequence[Edge], roots: Sequence[Edge], goal_metrics: set[str]) -> Iterator[Fault]:
    if not roots:
        yield _fault("no_root", nodes[0], "the tree has no root: empty the parent_node_id of the node that is the KGI.")
    for extra in roots[1:]:
        sentence = f"{extra.node_id} is a second root beside {roots[0].node_id}: name its parent_node_id."
        yield _fault("second_root", extra, sentence)
    for root in roots[:1]:
        if goal_metrics and root.metric_id not in goal_metrics:
            measures = " or ".join(sorted(goal_metrics))
            sentence = f"the root measures {root.metric_id or 'nothing'}, the KGI {measures}: make them the same."
            yield _fault("root_is_not_the_kgi", root, sentence)


def _of_ways(nodes: Sequence[Edge]) -> Iterator[Fault]:
    named = {node.node_id: node for node in nodes}
    for node in nodes:
        seen, at = [node.node_id], node
        while at.parent_node_id in named and at.parent_node_id not in seen:
            at = named[at.parent_node_id]
            seen.append(at.node_id)
        if at.parent_node_id in seen:
            circle = seen[seen.index(at.parent_node_id) :]
            if node.node_id in circle and node.line == min(named[name].line for name in circle):
                way = " → ".join([*seen, node.node_id])
                yield _fault("cycle", node, f"{way} is a circle: give one of them another parent_node_id.")
        elif at is node and node.parent_node_id is not None:
            sentence = (
                f"{node.node_id} is an orphan: there is no node {node.parent_node_id} in its tree, mend the name."
            )
            yield _fault("orphan", node, sentence)
        elif len(seen) > LEVELS:
            sentence = f"{node.node_id} lies {len(seen)} levels deep: a tree has at most {LEVELS}, split it."
            yield _fault("too_deep", node, sentence)


def _of_node(node: Edge, children: Sequence[Edge], units: dict[str, str]) -> Iterator[Fault]:
    fewest, most, allowed = CHILDREN[node.op]
    if len(children) < fewest or (most is not None and len(children) > most):
        sentence = f"{node.node_id} is a {node.op} with {len(children)} children: it has {allowed}."
        yield _fault("number_of_children", node, sentence)
    carriers = sum(child.carries_target for child in children)
    if node.op == "product" and carriers != 1:
        sentence = f"{carriers} children of {node.node_id} say carries_target: set it for one, the volume."
        yield _fault("not_one_carrier", node, sentence)
    if node.op in ("leaf", "empirical") and node.metric_id is None:
        yield _fault("unmeasured", node, f"{node.node_id} has no metric_id: a {node.op} has to be measured.")
    if node.op == "sum":
        yield from _of_units(node, children, units)
    if node.op == "ratio" and len(children) == 2 and children[0].child_order == children[1].child_order:
        sentence = f"both children of {node.node_id} have the same child_order: give the numerator the lower one."
        yield _fault("same_place", children[1], sentence)


def _of_units(node: Edge, children: Sequence[Edge], units: dict[str, str]) -> Iterator[Fault]:
    measured = [each for each in (node, *children) if each.metric_id in units]
    for other in measured[1:]:
        first, unit = measured[0], units[other.metric_id]
        if unit != units[first.metric_id]:
            sentence = (
                f"{other.node_id} is in {unit} and {first.node_id} in {units[first.metric_id]}, which don't add up:"
                f" take metrics of one unit or another op for {node.node_id}."
            )
            yield _fault("mixed_units", other, sentence)


def of_siblings(siblings: Sequence[Sibling], trees: Mapping[tuple[str, str, int], Sequence[Edge]]) -> Iterator[Fault]:
    """Yield the siblings that are not two measured nodes of one level of a tree."""
    for row in siblings:
        nodes = {node.node_id: node for node in trees.get(row.tree, ())}
        lacking = [name for name in (row.node_id, row.sibling_node_id) if name not in nodes]
        if lacking:
            sentence = f"there is no node {lacking[0]} in the tree of {row.kgi_id}: mend the name."
            yield Fault("unknown_node", row.file, row.line, sentence)
            continue
        one, other = nodes[row.node_id], nodes[row.sibling_node_id]
        if one is other or _depth(one, nodes) != _depth(other, nodes):
            sentence = (
                f"{one.node_id} and {other.node_id} are not two nodes of one level: an edge between levels is a"
                " parent_node_id."
            )
            yield Fault("not_siblings", row.file, row.line, sentence)
        elif None in (one.metric_id, other.metric_id):
            unmeasured = one if one.metric_id is None else other
            sentence = f"{unmeasured.node_id} has no metric_id: a sibling has to be measured."
            yield Fault("unmeasured", row.file, row.line, sentence)


def _depth(node: Edge, nodes: Mapping[str, Edge]) -> int:
    seen = [node.node_id]
    while node.parent_node_id in nodes and node.parent_node_id not in seen:
        node = nodes[node.parent_node_id]
        seen.append(node.node_id)
    return len(seen)


def _fault(kind: str, node: Edge, sentence: str) -> Fault:
    return Fault(kind, node.file, node.line, sentence)
