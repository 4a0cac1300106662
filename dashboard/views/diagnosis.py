"""An incident of exposure taken apart in five cuts, which add up to all of it."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboard import charts, figures, parts
from dashboard.reader import Reader
from dashboard.served import Row

DAYS_AROUND = 28


def show(reader: Reader, pages: dict) -> None:  # noqa: ARG001
    """Draw the page."""
    incidents = reader.ask("incidents")
    parts.heading(reader, reader.words("diagnosis.title"), "incidents", note=reader.words("association"))
    if incidents:
        _incident(reader, incidents)
    else:
        parts.empty(reader, "incidents", reader.words("diagnosis.none"))
    _exposure(reader)
    parts.heading(reader, reader.words("diagnosis.accounts"), "account_verdicts")
    columns = {"account": "account", "question": "word", "verdict": "word", "hint": "label", "evidence": "text"}
    verdicts = reader.ask("account_verdicts")
    parts.listed(reader, "account_verdicts", verdicts, columns, reader.words("empty.nothing_to_say"))


def _incident(reader: Reader, incidents: list[Row]) -> None:
    number = st.selectbox(
        reader.words("diagnosis.incident"),
        range(len(incidents)),
        format_func=lambda n: (
            f"{reader.account(incidents[n])} · "
            f"{figures.span(incidents[n]['incident_start'], incidents[n]['incident_end'])} · "
            f"{figures.change(incidents[n]['delta_total'])} · {reader.words.value(incidents[n]['incident_verdict'])}"
        ),
        key="incident",
    )
    incident = incidents[number]
    cuts = reader.ask("triage_cuts", account=incident["account_id"], incident_start=incident["incident_start"])
    _days(reader, incident)
    parts.say(
        reader.words(
            "diagnosis.verdict",
            verdict=reader.words.value(incident["incident_verdict"]),
            total=figures.change(incident["delta_total"]),
        )
    )
    total = figures.change(incident["delta_total"])
    steps = [
        {
            "label": f"{cut['cut_order']}. {reader.words.value('cut_' + cut['cut'])}",
            "amount": cut["delta_explained"] or 0,
            "text": f"{figures.change(cut['delta_explained'])} · {reader.words.value(cut['verdict'])}",
            "total_text": total,
        }
        for cut in cuts
    ]
    unexplained = cuts[-1]["delta_total"] - sum(cut["delta_explained"] or 0 for cut in cuts)
    steps.append(
        {
            "label": reader.words("diagnosis.unexplained"),
            "amount": unexplained,
            "text": figures.change(unexplained),
            "total_text": total,
        }
    )
    st.altair_chart(charts.waterfall(steps, reader.words("diagnosis.total"), reader.words("diagnosis.unit")))
    told = [
        {
            "cut": cut["cut_order"],
            "question": reader.label(cut, "question"),
            "verdict": reader.words.value(cut["verdict"]),
            "explained": cut["delta_explained"],
            "evidence": cut["evidence"],
        }
        for cut in cuts
    ]
    parts.table(reader, told, "triage_cuts", explained=parts.COUNT)


def _days(reader: Reader, incident: Row) -> None:
    days = reader.ask(
        "exposure_days",
        account=incident["account_id"],
        first_date=incident["incident_start"] - timedelta(days=DAYS_AROUND),
        last_date=incident["incident_end"] + timedelta(days=DAYS_AROUND),
    )
    first, last = incident["incident_start"], incident["incident_end"]
    rows = [
        {**row, "is_open": not first <= row["date"] <= last, "text": figures.shown(row["exposure"])} for row in days
    ]
    known = [row for row in rows if row["exposure"] is not None]
    if known:
        st.caption(reader.words("diagnosis.filled"))
        st.altair_chart(charts.line(rows, "date", "exposure", reader.words.value(known[-1]["exposure_metric_id"])))


def _exposure(reader: Reader) -> None:
    parts.heading(reader, reader.words("diagnosis.exposure"), "exposure_review", note=reader.words("diagnosis.apart"))
    rows = [
        {
            "account": reader.account(row),
            "traffic": reader.words.value(row["traffic"]),
            "exposure": figures.shown(row["exposure"]),
            "exposure_of": reader.words.value(row["exposure_metric_id"]),
            "previous": figures.shown(row["previous_exposure"]),
            "change": figures.change(row["exposure_change_pct"], "rate"),
            "er": figures.percent(row["er_exposure"]),
            "headline": reader.words.value(row["headline"]),
        }
        for row in reader.ask("exposure_review")
    ]
    parts.table_or(
        reader, "exposure_review", rows, reader.words("empty.period"), exposure=parts.FIGURE, er=parts.FIGURE
    )
