"""May these figures be trusted: the gate, the age of each source, what is unknown and why, what was restated."""

from __future__ import annotations

import streamlit as st

from dashboard import figures, lineage_pages, parts
from dashboard.reader import Reader
from dashboard.served import Row


def show(reader: Reader, pages: dict) -> None:  # noqa: ARG001
    """Draw the page."""
    _gate(reader)
    _freshness(reader)
    _clock(reader)
    left, right = st.columns(2, gap="large")
    with left:
        _availability(reader)
    with right:
        _completeness(reader)
    _lineage(reader)


def _gate(reader: Reader) -> None:
    parts.heading(reader, reader.words("health.gate"), "publication", note=reader.words("health.gate_is"))
    results = reader.served.manifest().get("expectations", [])
    failed = [result for result in results if not result["success"]]
    publication = reader.ask("publication")[0]
    first, second, third, fourth = st.columns([2, 3, 3, 4])
    first.metric(reader.words("health.verdict"), reader.words.value(publication["gate_verdict"]), border=True)
    second.metric(reader.words("health.passed"), f"{len(results) - len(failed)} / {len(results)}", border=True)
    third.metric(reader.words("data_through"), f"{publication['data_through']}", border=True)
    fourth.metric(reader.words("published_at"), f"{publication['published_at']:%Y-%m-%d %H:%M}", border=True)
    if failed:
        rows = [
            {
                "table": result["table"],
                "expectation": result["name"],
                "severity": reader.words.value(result["severity"]),
                "observed": result["observed"],
                "why_it_matters": result["why"],
            }
            for result in failed
        ]
        parts.table(reader, rows, "failed_expectations", why_it_matters=parts.WIDE)
    st.caption(reader.words("health.version", run=publication["run_id"][:8], code=publication["code_version"]))


def _freshness(reader: Reader) -> None:
    parts.heading(reader, reader.words("health.freshness"), "sources", "failed_loads")
    rows = [
        {
            "source": reader.words.value(row["source"]),
            "streams": row["streams"],
            "newest": row["newest_window"],
            "captured": f"{row['newest_capture']:%Y-%m-%d %H:%M}" if row["newest_capture"] else None,
            "failed": row["failed_windows"],
        }
        for row in reader.ask("sources")
    ]
    parts.table_or(reader, "sources", rows, reader.words("empty.period"))
    failed = reader.ask("failed_loads")
    if failed:
        parts.table(reader, failed, "failed_loads", error=parts.WIDE)


def _clock(reader: Reader) -> None:
    """What the sources forget, and when."""
    parts.heading(reader, reader.words("health.clock"), "capture_clock")
    columns = {
        "account": "account",
        "stream": "text",
        "forgotten": "label",
        "captured": "text",
        "days_left": "number",
        "windows_lost": "number",
        "status": "word",
    }
    parts.listed(
        reader, "capture_clock", reader.ask("capture_clock"), columns, reader.words("health.nothing_forgotten")
    )


def _availability(reader: Reader) -> None:
    parts.heading(reader, reader.words("health.availability"), "availability")
    rows = [
        {
            "metric": reader.label(row) or row["metric_id"],
            "platform": reader.words.value(row["platform"]),
            "days_known": f"{row['days_known']} / {row['days']}",
            "why": reader.why(row),
        }
        for row in reader.ask("availability")
        if row["days_unknown"]
    ]
    parts.table_or(reader, "availability", rows, reader.words("health.all_known"))


def _completeness(reader: Reader) -> None:
    parts.heading(reader, reader.words("health.completeness"), "captured_days", "restatements")
    days = reader.ask("captured_days")
    captured = sum(row["is_captured"] for row in days)
    missing = [figures.day(row["date"], reader.words.language) for row in days if not row["is_captured"]]
    st.markdown(reader.words("health.captured", captured=captured, days=len(days)))
    if missing:
        st.caption(reader.words("health.missing", days=", ".join(missing[:7])))
    rows = [
        {
            "source": reader.words.value(row["source"]),
            "metric": row["native_metric_name"],
            "restated": row["restated_figures"],
            "largest": figures.percent(row["largest_change_pct"]),
        }
        for row in reader.ask("restatements")
    ]
    parts.table_or(reader, "restatements", rows, reader.words("health.not_restated"))


def _lineage(reader: Reader) -> None:
    """The way of each column, as the publication made it."""
    parts.heading(reader, reader.words("health.lineage"), note=reader.words("health.lineage_is"))
    traced = lineage_pages.traced(reader.served.path)
    if not traced:
        st.info(reader.words("health.no_lineage"))
        return
    page = lineage_pages.folder(reader.served.path) / "columns.html"
    label = reader.words("health.lineage_page")
    st.download_button(label, page.read_bytes, page.name, "text/html", icon=":material/account_tree:")
    first, second = st.columns(2)
    tables = sorted(name.removeprefix("marts.") for name in traced if name.startswith("marts."))
    table = first.selectbox(reader.words("column.table"), tables, key="lineage_table")
    column = second.selectbox(reader.words("column.column"), sorted(traced[f"marts.{table}"]), key="lineage_column")
    rows: list[Row] = [
        {"steps_back": step, "table": origin, "column": name}
        for step, origin, name in lineage_pages.way(traced, f"marts.{table}", column)
    ]
    parts.table(reader, rows, "lineage")
