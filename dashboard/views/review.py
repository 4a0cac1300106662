"""The week in three fixed steps: what changed, why, and which post stood out; the same order every week."""

from __future__ import annotations

import streamlit as st

from dashboard import figures, parts, sentences
from dashboard.reader import Reader

SCORECARD = {
    "account": "account",
    "label": "label",
    "value": "unit",
    "previous_value": "unit",
    "value_change_pct": "change",
    "standing": "word",
    "rating": "word",
    "not_rated_reason": "word",
}
METRICS = ("views", "impressions", "engagements", "profile_visits", "link_clicks", "followers_net")


def show(reader: Reader, pages: dict) -> None:
    """Draw the page."""
    _steps(reader)
    _change(reader)
    _cause(reader, pages)
    _post(reader, pages)
    parts.heading(reader, reader.words("review.scorecard"), "scorecard")
    card = reader.ask("scorecard")
    sets = list(dict.fromkeys(row["priority_set"] for row in card))
    if sets:
        chosen = st.selectbox(reader.words("review.set"), sets, format_func=reader.words.value, key="priority_set")
        card = [row for row in card if row["priority_set"] == chosen]
    parts.listed(reader, "scorecard", card, SCORECARD, reader.words("empty.whole_week"))


def _steps(reader: Reader) -> None:
    """Show each account's three steps beside each other, in their order."""
    parts.heading(reader, reader.words("review.steps"), "weekly_review", note=reader.words("review.minutes"))
    rows = reader.ask("weekly_review")
    if not rows:
        parts.empty(reader, "weekly_review", reader.words("empty.whole_week"))
    for week, account in dict.fromkeys((row["week_start"], row["account_id"]) for row in rows):
        own = [row for row in rows if (row["week_start"], row["account_id"]) == (week, account)]
        st.markdown(f"**{reader.words('review.week_of', week=week)}**")
        parts.outside(reader.account(own[0]))
        for column, row in zip(st.columns(len(own)), own, strict=True):
            with column.container(border=True):
                st.markdown(f"**{row['step']}. {reader.label(row, 'question')}**")
                st.markdown(sentences.step(reader, row))
                if row["post"] and row is own[0]:
                    parts.outside(row["post"])


def _change(reader: Reader) -> None:
    parts.heading(reader, reader.words("review.change"), "account_changes", note=reader.words("review.equal"))
    rows = [
        {
            "account": reader.account(row),
            "metric": reader.label(row) or row["metric_id"],
            "value": reader.shown(row["value"], row["unit"]) if row["value"] is not None else reader.why(row),
            "previous": reader.shown(row["previous_value"], row["unit"]),
            "change": figures.change(row["value_change_pct"], "rate"),
            "status": reader.words.value(row["status"]),
        }
        for row in reader.ask("account_changes")
        if row["metric_id"] in METRICS and row["null_reason"] != "not_offered"
    ]
    parts.table_or(reader, "account_changes", rows, reader.words("empty.period"))


def _cause(reader: Reader, pages: dict) -> None:
    goals = reader.ask("goals")
    parts.heading(reader, reader.words("review.cause"), "goals", "tree_contributions", note=reader.words("association"))
    rows = []
    for goal in goals:
        first = next(iter(reader.ask("tree_contributions", tree=goal["tree_id"])), None)
        if first and first["contribution"]:
            rows.append(
                {
                    "goal": reader.label(goal),
                    "change": reader.change(goal["kgi_delta"], goal["unit"]),
                    "cause": reader.label(first),
                    "contribution": reader.change(first["contribution"], goal["unit"]),
                }
            )
    parts.table_or(reader, "tree_contributions", rows, reader.words("empty.no_change"))
    st.page_link(pages["kpi_tree"], label=reader.words("go.tree"), icon=":material/account_tree:")


def _post(reader: Reader, pages: dict) -> None:
    parts.heading(
        reader, reader.words("review.post"), "posts_behind", "post_table", note=reader.words("tree.posts_are")
    )
    told = []
    for goal, behind in (("revenue", "revenue"), ("views", "views"), ("engagements", "engagements")):
        first = next(iter(reader.ask("posts_behind", behind=behind)), None)
        if first:
            unit = "currency" if behind == "revenue" else ""
            told.append(
                {
                    "metric": reader.words.value(goal).capitalize(),
                    "post": first["text"],
                    "platform": reader.words.value(first["platform"]),
                    "format": reader.words.value(first["format"]),
                    "published": first["published_date"],
                    "quantity": reader.shown(first["quantity"], unit),
                    "quantity_change": reader.change(first["quantity_change"], unit),
                }
            )
    parts.table_or(reader, "posts_behind", told, reader.words("empty.posts"), post=parts.WIDE)
    st.page_link(pages["posts"], label=reader.words("go.posts"), icon=":material/article:")
