"""Every post of the period, what stands out, and which hours and formats do better by more than chance."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import charts, exports, figures, parts
from dashboard.reader import Reader
from dashboard.served import Row


def show(reader: Reader, pages: dict) -> None:  # noqa: ARG001
    """Draw the page."""
    posts = reader.ask("post_table")
    parts.heading(reader, reader.words("posts.title", n=len(posts)), "post_table", "post_verdicts")
    if not posts:
        parts.empty(reader, "post_table", reader.words("empty.posts"))
    else:
        _table(reader, posts)
        _scatter(reader, posts)
    _account(reader)


def _table(reader: Reader, posts: list[Row]) -> None:
    verdicts = {row["post_id"]: row.get("verdict") for row in reader.ask("post_verdicts")}
    rows = [
        {
            "post": post["text"],
            "platform": reader.words.value(post["platform"]),
            "format": reader.words.value(post["format"]),
            "published": post["published_date"],
            "verdict": reader.words.value(verdicts.get(post["post_id"])) or figures.UNKNOWN,
            "exposure": post["exposure_to_date"],
            "exposure_of": reader.words.value(post["exposure_metric_id"]),
            "er": post["er_exposure"],
            "range": reader.words.value(post["normal_range_status"]),
            "engagements": post["engagements_to_date"],
            "clicks": post["link_clicks_to_date"],
            "saves": post["saves_to_date"],
            "link": post["permalink"] if (post["permalink"] or "").startswith("https://") else None,
        }
        for post in posts
    ]
    parts.table(
        reader,
        rows,
        "post_table",
        height=420,
        post=partial(st.column_config.TextColumn, width="medium"),
        exposure=parts.COUNT,
        engagements=parts.COUNT,
        clicks=parts.COUNT,
        saves=parts.COUNT,
        er=partial(st.column_config.NumberColumn, format="percent"),
        link=partial(st.column_config.LinkColumn, display_text="↗"),
    )
    header = [reader.words(f"column.{name}") for name in rows[0]]
    download = exports.csv_bytes(header, [list(row.values()) for row in rows])
    st.download_button(reader.words("download"), download, "posts.csv", "text/csv", icon=":material/download:")


def _scatter(reader: Reader, posts: list[Row]) -> None:
    parts.heading(reader, reader.words("posts.scatter"), "post_table", note=reader.words("posts.scatter_note"))
    names = {
        "exposure_to_date": reader.words("column.exposure"),
        "er_exposure": reader.words("column.er"),
        "format": reader.words("column.format"),
        "text": reader.words("column.post"),
        "published_date": reader.words("column.published"),
    }
    rows = [
        {name: post[name] for name in ("exposure_to_date", "er_exposure", "text", "published_date")}
        | {"format": reader.words.value(post["format"])}
        for post in posts
        if post["exposure_to_date"] and post["er_exposure"] is not None
    ]
    if rows:
        st.altair_chart(charts.scatter(rows, "exposure_to_date", "er_exposure", names))
    else:
        parts.empty(reader, "post_table", reader.words("empty.posts"))


def _account(reader: Reader) -> None:
    accounts = {row["account_id"]: reader.account(row) for row in reader.ask("accounts")}
    if not accounts:
        return
    st.divider()
    account = st.selectbox(reader.words("column.account"), list(accounts), format_func=accounts.get, key="account")
    left, right = st.columns(2, gap="large")
    with left:
        _hours(reader, account)
    with right:
        _formats(reader, account)


def _hours(reader: Reader, account: str) -> None:
    parts.heading(reader, reader.words("posts.hours"), "posting_slots", note=reader.words("posts.cells"))
    weekdays = figures.WEEKDAYS[reader.words.language]
    rows = [{**row, "day": weekdays[row["weekday"] - 1]} for row in reader.ask("posting_slots", account=account)]
    if not rows:
        parts.empty(reader, "posting_slots", reader.words("empty.account"))
        return
    names = {
        "hour": reader.words("posts.hour"),
        "day": reader.words("posts.weekday"),
        "post_n": reader.words("posts.count"),
        "exposure_48h_median": reader.words("posts.median"),
    }
    st.altair_chart(charts.heat(rows, "exposure_48h_median", names, weekdays))
    best = sorted((row for row in rows if row["slot_rank"]), key=lambda row: row["slot_rank"])[:3]
    told = reader.words("list_comma").join(f"{row['day']} {row['hour']}:00" for row in best)
    st.caption(reader.words("posts.best", slots=told) if best else reader.words("posts.no_best"))


def _formats(reader: Reader, account: str) -> None:
    parts.heading(reader, reader.words("posts.formats"), "format_effects", note=reader.words("posts.interval"))
    effects = [
        row
        for row in reader.ask("format_effects", account=account)
        if row["exposure_48h_median_change_low"] is not None
    ]
    if not effects:
        parts.empty(reader, "format_effects", reader.words("empty.account"))
        return
    rows = [
        {
            "label": f"{reader.words.value(row['format'])} (n = {row['post_n']}): {reader.words.value(row['verdict'])}",
            "amount": row["exposure_48h_median_change"],
            "low": row["exposure_48h_median_change_low"],
            "high": row["exposure_48h_median_change_high"],
            "text": figures.change(row["exposure_48h_median_change"]),
        }
        for row in effects
    ]
    st.altair_chart(charts.ranges(rows, reader.words("posts.difference")))
