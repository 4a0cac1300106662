"""Where the goals stand, what leaks most, and how old what you see is; from here two clicks lead to the cause."""

from __future__ import annotations

import streamlit as st

from dashboard import figures, parts
from dashboard.reader import Reader
from dashboard.served import Row
from dashboard.views import funnel

CAUSES_SHOWN = 3


def show(reader: Reader, pages: dict) -> None:
    """Draw the page."""
    goals = reader.ask("goals")
    parts.heading(reader, reader.words("overview.goals"), "goals")
    if not goals:
        parts.empty(reader, "goals", reader.words("empty.period"))
        return
    for column, goal in zip(st.columns(len(goals)), goals, strict=True):
        with column:
            _goal(reader, goal)
    _moved(reader, goals, pages)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _funnel(reader, pages)
    with right:
        _served(reader, pages)


def _goal(reader: Reader, goal: Row) -> None:
    """One goal: its figure, its change, what is due, and a word and sign for where it stands."""
    delta = goal["kgi_delta"]
    st.metric(
        reader.label(goal),
        reader.shown(goal["actual"], goal["unit"]),
        None if delta is None else reader.change(delta, goal["unit"]),
        delta_description=reader.words("overview.before") if delta is not None else None,
        delta_arrow="auto" if not delta else "up" if delta > 0 else "down",
        delta_color="off" if not delta else "blue" if delta > 0 else "orange",
        border=True,
    )
    st.caption(_due(reader, goal))


def _due(reader: Reader, goal: Row) -> str:
    """Say where a goal stands against its target, or why that is unknown."""
    target = reader.shown(goal["target"], goal["unit"]).replace("$", "\\$")
    status = reader.words.value(goal["status"])
    if goal["target"] is None:
        return reader.why(goal) or status
    if goal["attainment"] is None:
        return reader.words("overview.unknown", why=reader.why(goal) or status, target=target)
    due = reader.words(
        "overview.due",
        sign=figures.SIGNS.get(goal["status"], "○"),
        status=status,
        attainment=figures.percent(goal["attainment"]),
        target=target,
    )
    return due + (reader.words("overview.pace", pace=figures.percent(goal["pace"])) if goal["is_partial"] else "")


def _moved(reader: Reader, goals: list[Row], pages: dict) -> None:
    """The first goal's change in its largest parts, with the way to all of it and to the posts behind."""
    goal = goals[0]
    causes = [row for row in reader.ask("tree_contributions", tree=goal["tree_id"]) if row["contribution"]]
    title = reader.words("overview.moved", goal=reader.label(goal))
    parts.heading(reader, title, "tree_contributions", note=reader.words("association"))
    if not causes:
        parts.empty(reader, "tree_contributions", reader.words("empty.no_change"))
        return
    parts.say(
        reader.words(
            "overview.moved_by",
            change=reader.change(goal["kgi_delta"], goal["unit"]),
            causes=reader.words("list_comma").join(
                f"{reader.label(row)} **{reader.change(row['contribution'], goal['unit'])}**"
                for row in causes[:CAUSES_SHOWN]
            ),
        )
    )
    first, second, _ = st.columns([1.4, 1.4, 3])
    with first:
        st.page_link(pages["kpi_tree"], label=reader.words("go.tree"), icon=":material/account_tree:")
    with second:
        st.page_link(pages["review"], label=reader.words("go.review"), icon=":material/checklist:")


def _funnel(reader: Reader, pages: dict) -> None:
    stages, leaks = reader.ask("funnel_stages"), reader.ask("funnel_leaks")
    parts.heading(reader, reader.words("overview.funnel"), "funnel_stages", "funnel_leaks")
    if not stages:
        parts.empty(reader, "funnel_stages", reader.words("empty.period"))
        return
    worst = next((row for row in leaks if row["leak_rank"] == 1), None)
    label = {row["stage"]: reader.label(row) for row in stages}
    funnel.draw(reader, stages, worst)
    if worst:
        parts.say(
            reader.words(
                "funnel.worst",
                first=label[worst["from_stage"]],
                second=label[worst["to_stage"]],
                rate=figures.percent(worst["rate"]),
                base=figures.percent(worst["base_rate"]),
                lost=figures.shown(worst["lost_units"]),
            )
        )
    else:
        st.caption(reader.words("funnel.no_leak"))
    st.page_link(pages["funnel"], label=reader.words("go.funnel"), icon=":material/filter_alt:")


def _served(reader: Reader, pages: dict) -> None:
    parts.heading(reader, reader.words("overview.served"), "sources", "publication")
    rows = [
        {
            "source": reader.words.value(row["source"]),
            "newest": figures.day(row["newest_window"], reader.words.language),
            "failed": row["failed_windows"],
        }
        for row in reader.ask("sources")
        if row["newest_window"]
    ]
    parts.table_or(reader, "sources", rows, reader.words("empty.period"))
    st.page_link(pages["health"], label=reader.words("go.health"), icon=":material/monitor_heart:")
