"""A goal's tree as boxes from left to right, each with its figure, what it has to be, and its part of the change."""

from __future__ import annotations

import altair as alt

from dashboard import charts, figures
from dashboard.reader import Reader
from dashboard.served import Row

WIDTH, BOX, ROW, GAP = 1180, 62, 74, 34
TEXT = 0.8  # of a box, so that a label stays inside where the page is narrower than WIDTH


def drawn(reader: Reader, nodes: list[Row], parted: dict[str, Row], unit: str) -> alt.LayerChart:
    """Return the drawing of a tree whose leaves moved the goal, in `unit`, by what `parted` says."""
    rows = _rows(nodes)
    step = WIDTH / (max(node["depth"] for node in nodes) + 1)
    places = {node["node_id"]: (node["depth"] * step, rows[node["node_id"]] * ROW) for node in nodes}
    boxes, links = [], []
    for node in nodes:
        left, top = places[node["node_id"]]
        place = {"left": left, "right": left + step - GAP, "top": top, "bottom": top + BOX}
        boxes.append({**place, **_told(reader, node, parted, unit)})
        if node["parent_node_id"] in places:
            from_left, from_top = places[node["parent_node_id"]]
            ends = [(from_left + step - GAP, from_top + BOX / 2), (left, top + BOX / 2)]
            links += [{"link": node["node_id"], "order": n, "x": x, "y": y} for n, (x, y) in enumerate(ends)]
    height = int((max(rows.values()) + 1) * ROW)
    return _layers(boxes, links, height, int(TEXT * (step - GAP)))


def _rows(nodes: list[Row]) -> dict[str, float]:
    """Place leaves below each other in the tree's order, and each parent beside the middle of its children."""
    children: dict[str | None, list[str]] = {}
    for node in nodes:
        children.setdefault(node["parent_node_id"], []).append(node["node_id"])
    rows: dict[str, float] = {}

    def place(node: str) -> float:
        below = [place(child) for child in children.get(node, [])]
        leaves = sum(1 for placed in rows if placed not in children)
        rows[node] = (below[0] + below[-1]) / 2 if below else float(leaves)
        return rows[node]

    for root in children.get(None, []):
        place(root)
    return rows


def _told(reader: Reader, node: Row, parted: dict[str, Row], unit: str) -> Row:
    moved = parted.get(node["node_id"], {}).get("contribution")
    required = reader.shown(node["required"], node["unit"])
    actual = reader.shown(node["actual"], node["unit"]) if node["actual"] is not None else reader.why(node)
    foot = [f"{figures.SIGNS.get(node['status'], '○')} {reader.words.value(node['status'])}"]
    if node["attainment"] is not None:
        foot.append(figures.percent(node["attainment"]))
    if moved is not None:
        foot.append(f"Δ {reader.change(moved, unit)}")
    return {
        "head": ("★ " if node["is_kpi"] else "") + reader.label(node),
        "body": f"{actual} / {required}" if node["required"] is not None else actual,
        "foot": " · ".join(foot),
        "colour": charts.STATUS.get(node["status"], charts.GREY),
    }


def _layers(boxes: list[Row], links: list[Row], height: int, text_width: int) -> alt.LayerChart:
    """Draw boxes (`left`, `right`, `top`, `bottom`, `head`, `body`, `foot`, `colour`) and the lines between them."""
    across = alt.Scale(domain=[0, WIDTH], nice=False, zero=False)
    down = alt.Scale(domain=[0, height], reverse=True, nice=False, zero=False)
    drawn = alt.Chart(charts.data(boxes), height=height)
    x, y = alt.X("left:Q", scale=across, axis=None), alt.Y("top:Q", scale=down, axis=None)
    framed = drawn.mark_rect(fill="white", cornerRadius=5, strokeWidth=2).encode(
        x=x,
        x2="right:Q",
        y=y,
        y2="bottom:Q",
        stroke=alt.Stroke("colour:N", scale=None),
        tooltip=[alt.Tooltip(f"{name}:N", title=None) for name in ("head", "body", "foot")],
    )
    lines = (
        alt.Chart(charts.data(links))
        .mark_line(color=charts.GREY, interpolate="step", strokeWidth=1.4)
        .encode(
            x=alt.X("x:Q", scale=across, axis=None),
            y=alt.Y("y:Q", scale=down, axis=None),
            detail="link:N",
            order="order:O",
        )
    )
    texts = [
        drawn.mark_text(
            align="left", dx=8, dy=dy, fontSize=size, fontWeight=weight, color=colour, limit=text_width
        ).encode(x=x, y=y, text=f"{field}:N")
        for field, dy, size, weight, colour in (
            ("head", 15, 12.5, "bold", "#222"),
            ("body", 33, 13, "normal", "#222"),
            ("foot", 51, 11.5, "normal", "#555"),
        )
    ]
    return alt.layer(lines, framed, *texts).configure_view(stroke=None)
