"""The pieces that all pages are made of: headings with their source, tables, empty states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import figures
from dashboard.reader import Reader
from dashboard.served import QUESTIONS, TABLES, Row


def heading(reader: Reader, title: str, *questions: str, note: str = "") -> None:
    """Head a section, and say which tables its figures are from."""
    tables = {table for name in questions for table in TABLES.findall((QUESTIONS / f"{name}.sql").read_text("utf-8"))}
    st.subheader(title, help=None, anchor=False)
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


def table(rows: list[Row], columns: Mapping[str, Any], key: str, height: int | str = "auto") -> None:
    """Show rows with the headers that `columns` gives, in its order; cells are drawn, never interpreted."""
    st.dataframe(
        [{name: row.get(name) for name in columns} for row in rows],
        column_config=dict(columns),
        hide_index=True,
        height=height,
        placeholder=figures.UNKNOWN,
        key=key,
    )


def listed(reader: Reader, question: str, rows: list[Row], columns: Mapping[str, str], hint: str) -> None:
    """Show rows as a table whose `columns` say how each is written, or say why there are none."""
    if not rows:
        empty(reader, question, hint)
        return
    told = [{name: _written(reader, row, name, kind) for name, kind in columns.items()} for row in rows]
    table(told, {name: reader.words(f"column.{name}") for name in columns}, question)


def _written(reader: Reader, row: Row, name: str, kind: str) -> Any:
    value = row.get(name)
    if kind == "unit" and value is None and row.get("null_reason") and name in {"value", "actual"}:
        return reader.why(row)
    written = {
        "account": lambda: reader.account(row),
        "label": lambda: reader.label(row, name),
        "word": lambda: reader.words.value(value),
        "unit": lambda: reader.shown(value, row["unit"]),
        "rate": lambda: figures.percent(value),
        "change": lambda: figures.change(value, "rate"),
        "number": lambda: figures.shown(value),
        "text": lambda: value,
    }
    return written[kind]()


def outside(text: str | None) -> None:
    """Show a text that came from outside: letter by letter, no markup, no link, no image."""
    st.text(" ".join((text or "").split()))
