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
    st.markdown(text.replace("$", "\\$").replace("−", "−\u2060"))


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
        column_config={name: _column(header) for name, header in columns.items()},
        hide_index=True,
        height=height,
        placeholder=figures.UNKNOWN,
        key=key,
    )


def _column(header: Any) -> Any:
    return st.column_config.Column(header) if isinstance(header, str) else header


def whole(reader: Reader, rows: list[Row], key: str) -> None:
    """Show every column of a table in the reader's language, each header with its description from the file."""
    other = "_en" if reader.words.language == "ja" else "_ja"
    names = [name for name in rows[0] if not (name.endswith(other) and name[:-3] + "_en" in rows[0])]
    comments = {column: text for told in reader.served.columns.values() for column, text in told.items()}
    shown = [{name: _said(reader, row[name]) for name in names} for row in rows]
    columns = {
        name: st.column_config.Column(name.removesuffix("_ja").removesuffix("_en"), help=comments.get(name))
        for name in names
    }
    table(shown, columns, key)


def _said(reader: Reader, value: Any) -> Any:
    return reader.words.value(value) if isinstance(value, str) and value.islower() and value.isidentifier() else value


def outside(text: str | None) -> None:
    """Show a text that came from outside: letter by letter, no markup, no link, no image."""
    st.text(" ".join((text or "").split()))
