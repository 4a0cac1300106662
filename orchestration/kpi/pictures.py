"""`warehouse kpi tree`: a tree as published, as Mermaid, SVG or JSON, each node with what it is, should be and gave."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path

import duckdb

from orchestration.settings import Problem

BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN = 240, 92, 24, 56, 20
COLOURS = {"met": "#2e7d32", "on_track": "#2e7d32", "at_risk": "#b26a00", "behind": "#b3261e", "missed": "#b3261e"}
GREY = "#5f6368"
SIBLING = "#6a1b9a"
SIGNS = {"sum": "+", "product": "×", "ratio": "÷", "empirical": "~"}
NEWEST = """
    select n.node_id, n.parent_node_id, n.op, n.unit, n.label_en, n.label_ja, n.actual, n.null_reason, n.required,
        n.attainment, n.status, cast(n.period_start as varchar) as period_start, n.is_partial, c.contribution
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
        days = f"{self.lag_days}日後" if language == "ja" else f"after {self.lag_days} days"
        return f"{label} (r {self.r:+.2f}, {days})"


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
    required: float | None
    attainment: float | None
    status: str
    period_start: str
    is_partial: bool
    contribution: float | None
    children: list[Node] = field(default_factory=list)
    siblings: list[Sibling] = field(default_factory=list)

    def lines(self, language: str) -> list[str]:
        """Return what a reader sees of the node: label, actual against required, contribution."""
        label = self.label_ja if language == "ja" else self.label_en
        known = f"{_number(self.actual, self.unit)}" if self.actual is not None else f"? ({self.null_reason})"
        words = ("必要", "寄与") if language == "ja" else ("required", "gave")
        stands = f"{known} / {words[0]} {_number(self.required, self.unit)}"
        reached = f"{self.attainment:.1%}" if self.attainment is not None else self.status
        gave = f", {words[1]} {self.contribution:+,.6g}" if self.contribution is not None else ""
        return [f"{label} {SIGNS.get(self.op, '')}".strip(), stands, reached + gave]


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
    """Return a Mermaid flowchart; an empirical edge is dotted."""
    lines = ["flowchart TD"]
    numbers: dict[str, str] = {}

    def draw(node: Node) -> None:
        numbers[node.node_id] = f"n{len(numbers)}"
        text = "<br/>".join(escape(line).replace("#", "&num;") for line in node.lines(language))
        lines.append(f'    {numbers[node.node_id]}["{text}"]:::{_class(node)}')
        for child in node.children:
            draw(child)
            arrow = "-.-" if node.op == "empirical" else "---"
            lines.append(f"    {numbers[node.node_id]} {arrow} {numbers[child.node_id]}")

    draw(root)
    lines += [
        f'    {numbers[node.node_id]} <-. "{escape(sibling.line(language))}" .-> {numbers[sibling.node_id]}'
        for node in _every(root)
        for sibling in node.siblings
    ]
    lines += [
        "    classDef good stroke:#2e7d32",
        "    classDef warn stroke:#b26a00",
        "    classDef bad stroke:#b3261e",
        "    classDef none stroke:#5f6368",
    ]
    return "\n".join(lines)


def svg(root: Node, language: str) -> str:
    """Return the tree as one SVG document, leaves side by side and parents over the middle of their children."""
    places: dict[str, tuple[float, float]] = {}
    width = _place(root, 0, MARGIN, places)
    height = max(y for _, y in places.values()) + BOX_HEIGHT + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width + MARGIN - GAP_X:g} {height:g}"'
        f' font-family="sans-serif" font-size="13" role="img"><title>{escape(root.lines(language)[0])}</title>'
    ]
    _draw(root, places, language, parts)
    parts += (_arc(node, sibling, places, language) for node in _every(root) for sibling in node.siblings)
    return "\n".join([*parts, "</svg>"])


def _every(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _every(child)


def _arc(node: Node, sibling: Sibling, places: dict[str, tuple[float, float]], language: str) -> str:
    (x, y), (other_x, _) = places[node.node_id], places[sibling.node_id]
    ends = sorted([x + BOX_WIDTH / 2, other_x + BOX_WIDTH / 2])
    below = y + BOX_HEIGHT
    middle = sum(ends) / 2
    return (
        f'<path d="M{ends[0]:g} {below:g} Q{middle:g} {below + GAP_Y:g} {ends[1]:g} {below:g}" fill="none"'
        f' stroke="{SIBLING}" stroke-width="1.5" stroke-dasharray="2 4"/>'
        f'<text x="{middle:g}" y="{below + GAP_Y / 2 + 14:g}" text-anchor="middle" font-size="11" fill="{SIBLING}">'
        f"{escape(sibling.line(language))}</text>"
    )


def _place(node: Node, depth: int, left: float, places: dict[str, tuple[float, float]]) -> float:
    right = left
    for child in node.children:
        right = _place(child, depth + 1, right, places)
    y = MARGIN + depth * (BOX_HEIGHT + GAP_Y)
    if not node.children:
        places[node.node_id] = (left, y)
        return left + BOX_WIDTH + GAP_X
    first, last = places[node.children[0].node_id][0], places[node.children[-1].node_id][0]
    places[node.node_id] = ((first + last) / 2, y)
    return right


def _draw(node: Node, places: dict[str, tuple[float, float]], language: str, parts: list[str]) -> None:
    x, y = places[node.node_id]
    for child in node.children:
        child_x, child_y = places[child.node_id]
        dashes = ' stroke-dasharray="5 4"' if node.op == "empirical" else ""
        parts.append(
            f'<line x1="{x + BOX_WIDTH / 2:g}" y1="{y + BOX_HEIGHT:g}" x2="{child_x + BOX_WIDTH / 2:g}"'
            f' y2="{child_y:g}" stroke="{GREY}"{dashes}/>'
        )
        _draw(child, places, language, parts)
    colour = COLOURS.get(node.status, GREY)
    parts.append(
        f'<rect x="{x:g}" y="{y:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" fill="#fff" stroke="{colour}"'
        ' stroke-width="2"/>'
    )
    for number, line in enumerate(node.lines(language)):
        weight = ' font-weight="bold"' if number == 0 else ""
        parts.append(f'<text x="{x + 12:g}" y="{y + 26 + 24 * number:g}"{weight} fill="#202124">{escape(line)}</text>')


def _class(node: Node) -> str:
    return {"met": "good", "on_track": "good", "at_risk": "warn", "behind": "bad", "missed": "bad"}.get(
        node.status, "none"
    )


def _number(value: float | None, unit: str | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2%}" if unit == "rate" else f"{value:,.6g}" if abs(value) < 1000 else f"{value:,.0f}"


FORMATS = {"mermaid": mermaid, "svg": svg, "json": as_json}
