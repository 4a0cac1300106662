"""A published tree as one SVG document: leaves side by side, parents over the middle of their children."""

from __future__ import annotations

import unicodedata
from html import escape

from dashboard.words import Words
from orchestration.kpi.pictures import Node, Sibling, every

BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN, TOP, CAPTION_WIDTH = 240, 92, 24, 56, 20, 40, 240
ROOM = BOX_WIDTH - 24  # of a line of text
COLOURS = {"met": "#2e7d32", "on_track": "#2e7d32", "at_risk": "#b26a00", "behind": "#b3261e", "missed": "#b3261e"}
GREY, ARC = "#5f6368", "#6a1b9a"


def svg(root: Node, language: str) -> str:
    """Return the tree as one SVG document, leaves side by side and parents over the middle of their children."""
    places: dict[str, tuple[float, float]] = {}
    width = max(_place(root, 0, MARGIN, places), MARGIN + CAPTION_WIDTH)
    height = max(y for _, y in places.values()) + BOX_HEIGHT + MARGIN
    if any(node.siblings and places[node.node_id][1] + BOX_HEIGHT + MARGIN == height for node in every(root)):
        height += GAP_Y  # the arcs of the lowest level
    across, down = f"{width + MARGIN - GAP_X:g}", f"{height:g}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {down}"'
        f' width="{across}" height="{down}" font-family="sans-serif" font-size="13" role="img">',
        f"<title>{escape(root.lines(language, root.unit)[0])}</title>",
        f'<text x="{MARGIN}" y="{MARGIN}" fill="{GREY}">{escape(_caption(root, language))}</text>',
    ]
    _draw(root, root, places, language, parts)
    parts += (_arc(node, sibling, places, language) for node in every(root) for sibling in node.siblings)
    return "\n".join([*parts, "</svg>"])


def _caption(root: Node, language: str) -> str:
    words = Words(language)
    period = f"{words('column.period')}: {root.period_start} –"
    return f"{period} · {words('partial')}" if root.is_partial else period


def _arc(node: Node, sibling: Sibling, places: dict[str, tuple[float, float]], language: str) -> str:
    (x, y), (other_x, _) = places[node.node_id], places[sibling.node_id]
    ends = sorted([x + BOX_WIDTH / 2, other_x + BOX_WIDTH / 2])
    below = y + BOX_HEIGHT
    middle = sum(ends) / 2
    return (
        f'<path d="M{ends[0]:g} {below:g} Q{middle:g} {below + GAP_Y:g} {ends[1]:g} {below:g}" fill="none"'
        f' stroke="{ARC}" stroke-width="1.5" stroke-dasharray="2 4"/>'
        f'<text x="{middle:g}" y="{below + GAP_Y / 2 + 14:g}" text-anchor="middle" font-size="11" fill="{ARC}"'
        ' paint-order="stroke" stroke="#fff" stroke-width="4">'
        f"{escape(sibling.line(language))}</text>"
    )


def _place(node: Node, depth: int, left: float, places: dict[str, tuple[float, float]]) -> float:
    right = left
    for child in node.children:
        right = _place(child, depth + 1, right, places)
    y = TOP + depth * (BOX_HEIGHT + GAP_Y)
    if not node.children:
        places[node.node_id] = (left, y)
        return left + BOX_WIDTH + GAP_X
    first, last = places[node.children[0].node_id][0], places[node.children[-1].node_id][0]
    places[node.node_id] = ((first + last) / 2, y)
    return right


def _draw(root: Node, node: Node, places: dict[str, tuple[float, float]], language: str, parts: list[str]) -> None:
    x, y = places[node.node_id]
    for child in node.children:
        child_x, child_y = places[child.node_id]
        dashes = ' stroke-dasharray="5 4"' if node.op == "empirical" else ""
        parts.append(
            f'<line x1="{x + BOX_WIDTH / 2:g}" y1="{y + BOX_HEIGHT:g}" x2="{child_x + BOX_WIDTH / 2:g}"'
            f' y2="{child_y:g}" stroke="{GREY}"{dashes}/>'
        )
        _draw(root, child, places, language, parts)
    colour = COLOURS.get(node.status, GREY)
    parts.append(
        f'<rect x="{x:g}" y="{y:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" fill="#fff" stroke="{colour}"'
        ' stroke-width="2"/>'
    )
    for number, line in enumerate(node.lines(language, root.unit)):
        weight = ' font-weight="bold"' if number == 0 else ""
        squeezed = f' textLength="{ROOM}" lengthAdjust="spacingAndGlyphs"' if _is_too_long(line) else ""
        parts.append(
            f'<text x="{x + 12:g}" y="{y + 26 + 24 * number:g}"{weight}{squeezed} fill="#202124">{escape(line)}</text>'
        )


def _is_too_long(line: str) -> bool:
    """Tell whether a line is wider than its box: a Japanese letter takes 13 units, a Latin one about 7."""
    return sum(13 if unicodedata.east_asian_width(letter) in "WF" else 7.2 for letter in line) > ROOM
