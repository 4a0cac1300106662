"""`warehouse kpi tree`: a tree as published, as Mermaid or JSON, each node with what it is, should be and gave."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path

import duckdb

from dashboard import figures
from dashboard.words import Words
from orchestration.settings import Problem

SIGNS = {"sum": "+", "product": "×", "ratio": "÷", "empirical": "~"}
NEWEST = """
    select n.node_id, n.parent_node_id, n.op, n.unit, n.label_en, n.label_ja, n.actual, n.null_reason,
        n.target, n.required, n.attainment, n.status, cast(n.period_start as varchar) as period_start, n.is_partial,
        c.contribution
    from marts.kpi_tree_nodes n left join marts.kpi_tree_contributions c
        using (tree_id, version, node_id, period_type, period_start)
    where n.tree_id = $tree and n.version = $version and n.period_type = $period_type and n.period_start = $start
    order by n.depth, n.child_order, n.node_id
"""

SIBLINGS = """
    select node_id, sibling_node_id, label_en, label_ja, state, lag_days, r from marts.kpi_tree_siblings
    where tree_id = ? and version = ? order by node_id, sibling_node_id
"""


@dataclass(frozen=True)
class Sibling:
    """A node of the same level that goes together with this one, and what is known of it."""

    node_id: str
    label_en: str
    label_ja: str
    state: str
    lag_days: int | None
    r: float | None

    def line(self, language: str) -> str:
        """Return what a reader sees of the edge."""
        label = self.label_ja if language == "ja" else self.label_en
        if self.state != "supported":
            return label
        words = Words(language)
        return f"{label} (r {self.r:+.2f}, {words('tree.days_later', days=self.lag_days)})"


@dataclass
class Node:
    """A node of one period; `contribution` is in the KGI's unit and only of leaves and empirical nodes."""

    node_id: str
    parent_node_id: str | None
    op: str
    unit: str | None
    label_en: str
    label_ja: str
    actual: float | None
    null_reason: str | None
    target: float | None
    required: float | None
    attainment: float | None
    status: str
    period_start: str
    is_partial: bool
    contribution: float | None
    children: list[Node] = field(default_factory=list)
    siblings: list[Sibling] = field(default_factory=list)

    def lines(self, language: str, goal_unit: str | None) -> list[str]:
        """Return what a reader sees of the node: label, actual against its target or what is required, contribution."""
        words = Words(language)
        label = self.label_ja if language == "ja" else self.label_en
        known = (
            figures.shown(self.actual, self.unit or "") if self.actual is not None else words.value(self.null_reason)
        )
        aim, name = (self.required, "required") if self.target is None else (self.target, "target")
        stands = f"{known} / {words(f'column.{name}')} {figures.shown(aim, self.unit or '')}"
        reached = words.value(self.status)
        if self.attainment is not None:
            reached = f"{figures.percent(self.attainment)} {reached}"
        parts = [reached] if self.contribution is None else [reached, _part(self.contribution, goal_unit, words)]
        return [f"{label} {SIGNS.get(self.op, '')}".strip(), stands, " · ".join(parts)]


def _part(contribution: float, unit: str | None, words: Words) -> str:
    """Write what a leaf gave in the goal's unit; to a rate it gave points."""
    told = (
        f"{100 * contribution:+.2f} pt".replace("-", "−")
        if unit == "rate"
        else figures.change(contribution, unit or "")
    )
    return words("tree.gave", part=told)


def read(published: Path, tree_id: str, period_type: str, version: int | None = None) -> Node:
    """Return the root of a published tree in its newest whole period, or the running one while there is no whole one.

    The newest version of the tree unless one is named.
    """
    with duckdb.connect(str(published), read_only=True) as con:
        trees = [row[0] for row in con.sql("select distinct tree_id from marts.kpi_tree_nodes order by 1").fetchall()]
        if tree_id not in trees:
            raise Problem(f"no tree {tree_id} is published: there are {', '.join(trees) or 'none'}.")
        newest = con.execute(
            "select version, period_start from marts.kpi_tree_nodes where tree_id = ? and period_type = ? and"
            " version = coalesce(?, version) order by version desc, is_partial, period_start desc limit 1",
            [tree_id, period_type, version],
        ).fetchone()
        if newest is None:
            raise Problem(f"{tree_id} has no {period_type} of version {version}: leave --version out for the newest.")
        names = {"tree": tree_id, "version": newest[0], "period_type": period_type, "start": newest[1]}
        found = con.execute(NEWEST, names)
        columns = [column[0] for column in found.description]
        nodes = {row[0]: Node(**dict(zip(columns, row, strict=True))) for row in found.fetchall()}
        for node_id, *known in con.execute(SIBLINGS, [tree_id, newest[0]]).fetchall():
            nodes[node_id].siblings.append(Sibling(*known))
    return grown(list(nodes.values()))


def grown(nodes: Sequence[Node]) -> Node:
    """Hang each node below its parent; return the root."""
    by_id = {node.node_id: node for node in nodes}
    for node in nodes:
        if node.parent_node_id is not None:
            by_id[node.parent_node_id].children.append(node)
    return next(node for node in nodes if node.parent_node_id is None)


def as_json(root: Node, language: str) -> str:  # noqa: ARG001
    """Return the tree with all its figures, children inside their parents."""
    return json.dumps(asdict(root), ensure_ascii=False, indent=1)


def mermaid(root: Node, language: str) -> str:
    """Return a Mermaid flowchart; an empirical edge is dotted, one of siblings has two ends."""
    lines = ["flowchart TD"]
    numbers: dict[str, str] = {}

    def draw(node: Node) -> None:
        numbers[node.node_id] = f"n{len(numbers)}"
        text = "<br/>".join(escape(line).replace("#", "&num;") for line in node.lines(language, root.unit))
        lines.append(f'    {numbers[node.node_id]}["{text}"]:::{_class(node)}')
        for child in node.children:
            draw(child)
            arrow = "-.-" if node.op == "empirical" else "---"
            lines.append(f"    {numbers[node.node_id]} {arrow} {numbers[child.node_id]}")

    draw(root)
    lines += [
        f'    {numbers[node.node_id]} <-. "{escape(sibling.line(language))}" .-> {numbers[sibling.node_id]}'
        for node in every(root)
        for sibling in node.siblings
    ]
    lines += [
        "    classDef good stroke:#2e7d32",
        "    classDef warn stroke:#b26a00",
        "    classDef bad stroke:#b3261e",
        "    classDef none stroke:#5f6368",
    ]
    return "\n".join(lines)


def every(node: Node) -> Iterator[Node]:
    """Yield the node and all below it."""
    yield node
    for child in node.children:
        yield from every(child)


def _class(node: Node) -> str:
    return {"met": "good", "on_track": "good", "at_risk": "warn", "behind": "bad", "missed": "bad"}.get(
        node.status, "none"
    )


FORMATS = {"mermaid": mermaid, "json": as_json}
