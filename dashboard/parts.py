"""The pieces that all pages are made of: headings with their source, tables, empty states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from dashboard import figures
from dashboard.reader import Reader
from dashboard.served import QUESTIONS, TABLES, Row

FIGURE = partial(st.column_config.TextColumn, alignment="right")
WIDE = partial(st.column_config.TextColumn, width="large")
COUNT = partial(st.column_config.NumberColumn, format="localized")
SHARE = partial(st.column_config.ProgressColumn, format="%.1f %%", min_value=0, max_value=100)
# Columns of figures that are written already; they are read from their last digit.
WRITTEN = {
    "value", "target", "actual", "required", "attainment", "pace", "contribution", "change", "quantity",
    "previous_quantity", "quantity_change", "base", "base_rate", "rate", "gap", "lost", "previous", "previous_value",
    "value_change_pct", "expected", "forecast_p10", "forecast_p50", "forecast_p90", "hit_probability", "target_low",
    "target_high", "lift", "lift_low", "lift_high", "points_mean", "others_points_mean", "gap_points",
    "points_lacking", "days_known", "largest", "r", "r_low", "r_high",
}  # fmt: skip
FLAGS = {True: "✓", False: "", None: figures.UNKNOWN}


def heading(reader: Reader, title: str, *questions: str, note: str = "") -> None:
    """Head a section, and say which tables its figures are from."""
    tables = {table for name in questions for table in TABLES.findall((QUESTIONS / f"{name}.sql").read_text("utf-8"))}
    st.subheader(title, anchor=False)
    told = [note] if note else []
    if tables:
        told.append(reader.words("source", tables=", ".join(f"`marts.{table}`" for table in sorted(tables))))
    if told:
        st.caption(" · ".join(told))


def say(text: str) -> None:
    """Write a sentence of our own words; a figure in it stays on one line, and a dollar is no formula."""
    st.markdown(text.replace("$", "\\$").replace("−", "−\u2060").replace("+", "+\u2060"))


def empty(reader: Reader, question: str, hint: str) -> None:
    """Say why there is nothing to see, and what would bring it."""
    lacking = reader.served.lacking(question)
    if lacking:
        st.info(reader.words("empty.table", tables=", ".join(f"`{table}`" for table in lacking)))
    else:
        st.info(hint)


def table(
    reader: Reader, rows: list[Row], key: str, height: int | str = "auto", **shapes: Callable[[str], Any]
) -> None:
    """Show rows under the names of their columns; `shapes` tells which are more than text or a written figure.

    Cells are drawn, never interpreted.
    """
    headers = {
        name: shapes.get(name, FIGURE if name in WRITTEN else str)(reader.words(f"column.{name}")) for name in rows[0]
    }
    st.dataframe(rows, column_config=headers, hide_index=True, height=height, placeholder=figures.UNKNOWN, key=key)


def table_or(reader: Reader, question: str, rows: list[Row], hint: str, **shapes: Callable[[str], Any]) -> None:
    """Show what was made of a question's rows, or say why there are none."""
    if rows:
        table(reader, rows, question, **shapes)
    else:
        empty(reader, question, hint)


def listed(
    reader: Reader,
    question: str,
    rows: list[Row],
    columns: Mapping[str, str],
    hint: str,
    **shapes: Callable[[str], Any],
) -> None:
    """Show a question's rows as a table whose `columns` say how each is written, or say why there are none."""
    told = [{name: _written(reader, row, name, kind) for name, kind in columns.items()} for row in rows]
    table_or(reader, question, told, hint, **shapes)


def _written(reader: Reader, row: Row, name: str, kind: str) -> Any:
    value = row.get(name)
    if kind == "unit" and value is None and row.get("null_reason") and name in {"value", "actual"}:
        return reader.why(row)
    written = {
        "account": lambda: reader.account(row),
        "label": lambda: reader.label(row, name) or figures.UNKNOWN,
        "word": lambda: reader.words.value(value) or figures.UNKNOWN,
        "unit": lambda: reader.shown(value, row["unit"]),
        "rate": lambda: figures.percent(value),
        "change": lambda: figures.change(value, "rate"),
        "number": lambda: figures.shown(value),
        "ratio": lambda: figures.UNKNOWN if value is None else f"{round(value, 2) + 0.0:.2f}".replace("-", "−"),
        "flag": lambda: FLAGS[value],
        "text": lambda: value,
    }
    return written[kind]()


def outside(text: str | None) -> None:
    """Show a text that came from outside: letter by letter, no markup, no link, no image."""
    st.text(" ".join((text or "").split()))
