"""A goal as a tree: what each number is and has to be, what moved the goal, and which posts are behind it."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, figures, parts
from dashboard.reader import Reader
from dashboard.served import Row
from dashboard.views import beside_tree, tree_drawing

# Which number of a post stands behind a number of the tree; rates have none of their own, so their outcome's.
BEHIND = {
    "revenue": "revenue", "deals_won": "deals_won", "leads": "leads", "revenue_per_deal": "revenue",
    "win_rate_leads": "deals_won", "lead_rate_sessions": "leads", "sessions": "sessions",
    "sessions_instagram": "sessions", "sessions_x": "sessions", "views": "views", "reach": "views",
    "engagements_instagram": "engagements", "er_reach": "engagements",
}  # fmt: skip


def show(reader: Reader, pages: dict) -> None:
    """Draw the page."""
    goals = {row["tree_id"]: row for row in reader.ask("goals")}
    if not goals:
        parts.empty(reader, "goals", reader.words("empty.period"))
        return
    tree = st.selectbox(
        reader.words("tree.goal"), list(goals), format_func=lambda name: reader.label(goals[name]), key="tree"
    )
    nodes, unit = reader.ask("tree_nodes", tree=tree), goals[tree]["unit"]
    parts.heading(reader, reader.words("tree.title"), "tree_nodes", note=reader.words("tree.legend"))
    parted = {row["node_id"]: row for row in reader.ask("tree_contributions", tree=tree)}
    _tree(reader, nodes, parted, unit)
    _unfolded(reader, goals[tree], list(parted.values()))
    _posts(reader, goals[tree], list(parted.values()), pages)
    _history(reader, tree, unit)
    beside_tree.show(reader, tree)


def _tree(reader: Reader, nodes: list[Row], parted: dict[str, Row], unit: str) -> None:
    with st.container(key="tree_drawing"):
        st.altair_chart(tree_drawing.drawn(reader, nodes, parted, unit))
    with st.expander(reader.words("tree.as_table")):
        told = [
            {
                "node": " " * 4 * node["depth"] + reader.label(node),
                "actual": reader.shown(node["actual"], node["unit"]),
                "required": reader.shown(node["required"], node["unit"]),
                "attainment": figures.percent(node["attainment"]),
                "pace": figures.percent(node["pace"]),
                "status": reader.words.value(node["status"]),
                "contribution": reader.change(parted.get(node["node_id"], {}).get("contribution"), unit),
                "why": reader.why(node),
            }
            for node in nodes
        ]
        parts.table(reader, told, "tree_table")


def _unfolded(reader: Reader, goal: Row, parted: list[Row]) -> None:
    title = reader.words("tree.unfolded", goal=reader.label(goal))
    parts.heading(reader, title, "tree_contributions", note=reader.words("association"))
    if not any(row["contribution"] for row in parted):
        why = reader.why(parted[0]) if parted else ""
        parts.empty(
            reader, "tree_contributions", reader.words("empty.unknown", why=why or reader.words("empty.no_change"))
        )
        return
    total = reader.change(goal["kgi_delta"], goal["unit"])
    steps = [
        {
            "label": reader.label(row),
            "amount": row["contribution"],
            "text": reader.change(row["contribution"], goal["unit"]),
            "total_text": total,
        }
        for row in parted
    ]
    st.altair_chart(charts.waterfall(steps, reader.words("tree.change"), reader.unit(goal["unit"])))


def _posts(reader: Reader, goal: Row, parted: list[Row], pages: dict) -> None:
    options = {goal["metric_id"]: reader.label(goal), **{row["metric_id"]: reader.label(row) for row in parted}}
    options = {metric: label for metric, label in options.items() if metric in BEHIND}
    parts.heading(reader, reader.words("tree.posts"), "posts_behind", note=reader.words("tree.posts_are"))
    if not options:
        st.info(reader.words("empty.no_post"))
        return
    metric = st.selectbox(reader.words("tree.number"), list(options), format_func=options.get, key="behind")
    platform = metric.removeprefix("sessions_") if metric.startswith("sessions_") else None
    rows = [row for row in reader.ask("posts_behind", behind=BEHIND[metric]) if platform in (None, row["platform"])]
    if not rows:
        parts.empty(reader, "posts_behind", reader.words("empty.no_post"))
        return
    unit = "currency" if BEHIND[metric] == "revenue" else ""
    told = [
        {
            "post": row["text"],
            "platform": reader.words.value(row["platform"]),
            "format": reader.words.value(row["format"]),
            "published": row["published_date"],
            "quantity": reader.shown(row["quantity"], unit),
            "previous_quantity": reader.shown(row["previous_quantity"], unit),
            "quantity_change": reader.change(row["quantity_change"], unit),
        }
        for row in rows
    ]
    of = reader.words("column.quantity_of", what=reader.words.value(BEHIND[metric]))
    parts.table(reader, told, "posts_behind", post=parts.WIDE, quantity=lambda _: parts.FIGURE(of))
    st.page_link(pages["posts"], label=reader.words("go.posts"), icon=":material/article:")


def _history(reader: Reader, tree: str, unit: str) -> None:
    parts.heading(reader, reader.words("tree.history"), "goal_history", note=reader.words("tree.partial_points"))
    rows = [
        {**row, "is_open": row["is_partial"], "text": reader.shown(row["actual"], unit)}
        for row in reader.ask("goal_history", tree=tree)
    ]
    form = ".1%" if unit == "rate" else charts.PLAIN
    st.altair_chart(charts.line(rows, "period_start", "actual", reader.unit(unit), target="target", form=form))
