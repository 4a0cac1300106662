"""The seven stages of a period, the rates between them, and what each stage did day by day."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, figures, parts
from dashboard.reader import Reader
from dashboard.served import Row


def show(reader: Reader, pages: dict) -> None:  # noqa: ARG001
    """Draw the page."""
    stages = reader.ask("funnel_stages")
    parts.heading(reader, reader.words("funnel.stages"), "funnel_stages", note=reader.words("funnel.independent"))
    if not stages:
        parts.empty(reader, "funnel_stages", reader.words("empty.period"))
        return
    worst = next((row for row in reader.ask("funnel_leaks") if row["leak_rank"] == 1), None)
    draw(reader, stages, worst)
    _stages(reader, stages)
    _leaks(reader, stages)
    _days(reader, stages)
    _bottlenecks(reader)


def draw(reader: Reader, stages: list[Row], worst: Row | None) -> None:
    """Draw the stages against their targets, the one below the worst leak marked."""
    bars = [
        {
            "label": reader.label(row),
            "amount": row["attainment"],
            "text": f"{reader.shown(row['value'], row['unit'])} · {figures.percent(row['attainment'])}"
            if row["value"] is not None
            else reader.why(row),
            "is_marked": worst is not None and row["stage"] == worst["to_stage"],
        }
        for row in stages
    ]
    st.altair_chart(charts.bars(bars, reader.words("funnel.attainment"), form=".0%"))


def _stages(reader: Reader, stages: list[Row]) -> None:
    rows = [
        {
            "stage": f"{row['stage_order']}. {reader.label(row)}",
            "value": reader.shown(row["value"], row["unit"]) if row["value"] is not None else reader.why(row),
            "unit": reader.unit(row["unit"]),
            "rate": figures.percent(row["conversion_rate"]),
            "target": reader.shown(row["target"], row["unit"]),
            "attainment": None if row["attainment"] is None else 100 * row["attainment"],
        }
        for row in stages
    ]
    parts.table(reader, rows, "funnel_stages", attainment=parts.SHARE)


def _leaks(reader: Reader, stages: list[Row]) -> None:
    label = {row["stage"]: reader.label(row) for row in stages}
    leaks = reader.ask("funnel_leaks")
    parts.heading(reader, reader.words("funnel.leaks"), "funnel_leaks", note=reader.words("funnel.leak_is"))
    rows = [
        {
            "rank": row["leak_rank"],
            "transition": f"{label[row['from_stage']]} → {label[row['to_stage']]}",
            "rate": figures.percent(row["rate"]),
            "base_rate": figures.percent(row["base_rate"]),
            "gap": figures.change(None if row["gap"] is None else 100 * row["gap"]),
            "lost": figures.shown(row["lost_units"]),
            "why": reader.why(row),
        }
        for row in leaks
    ]
    parts.table_or(reader, "funnel_leaks", rows, reader.words("empty.period"))


def _days(reader: Reader, stages: list[Row]) -> None:
    parts.heading(reader, reader.words("funnel.days"), "funnel_days", note=reader.words("funnel.open_points"))
    label = {row["stage"]: reader.label(row) for row in stages}
    first = next((n for n, row in enumerate(stages) if row["value"] is not None), 0)
    stage = st.selectbox(reader.words("column.stage"), list(label), index=first, format_func=label.get, key="stage")
    days = [
        {
            **row,
            "is_open": not row["is_settled"],
            "text": reader.shown(row["value"], row["unit"]) if row["value"] is not None else reader.why(row),
        }
        for row in reader.ask("funnel_days", stage=stage)
    ]
    if any(row["value"] is not None for row in days):
        st.altair_chart(charts.line(days, "date", "value", reader.unit(days[0]["unit"]), target="target"))
    else:
        parts.empty(reader, "funnel_days", reader.words("empty.unknown", why=reader.why(days[0]) if days else ""))


def _bottlenecks(reader: Reader) -> None:
    rows = reader.ask("funnel_bottlenecks")
    parts.heading(reader, reader.words("funnel.bottlenecks"), "funnel_bottlenecks")
    columns = {
        "account": "account",
        "stage": "word",
        "label": "label",
        "value": "unit",
        "base": "unit",
        "standing": "word",
        "is_bottleneck": "flag",
    }
    parts.listed(reader, "funnel_bottlenecks", rows, columns, reader.words("empty.period"))
