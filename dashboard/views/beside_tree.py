"""What other tables say of a goal, beside its tree: progress, hints, measured relations, proposals, findings."""

from __future__ import annotations

import streamlit as st

from dashboard import parts
from dashboard.reader import Reader

# How each column of a question's table is written.
TABLES = {
    "kpi_progress": {
        "label": "label",
        "actual": "unit",
        "expected": "unit",
        "target": "unit",
        "pace": "rate",
        "forecast_p10": "unit",
        "forecast_p50": "unit",
        "forecast_p90": "unit",
        "hit_probability": "rate",
        "status": "word",
    },
    "kpi_hints": {
        "account": "account",
        "text": "label",
        "feature": "word",
        "verdict": "word",
        "lift": "change",
        "lift_low": "change",
        "lift_high": "change",
        "with_n": "text",
        "without_n": "text",
        "is_due": "flag",
    },
    "kpi_relations": {
        "metric": "label",
        "related": "label",
        "r": "ratio",
        "r_low": "ratio",
        "r_high": "ratio",
        "lag_days": "text",
        "day_n": "text",
        "state": "word",
        "claim_level": "word",
    },
    "kpi_target_proposals": {
        "label": "label",
        "method": "word",
        "state": "word",
        "target": "unit",
        "target_low": "unit",
        "target_high": "unit",
        "hit_probability": "rate",
        "is_too_high": "flag",
        "grounds": "text",
    },
    "kpi_audit": {
        "label": "label",
        "criterion": "word",
        "verdict": "word",
        "severity": "word",
        "evidence": "label",
        "remedy": "label",
    },
}


def show(reader: Reader, tree: str) -> None:
    """Draw a fold a table."""
    for question, columns in TABLES.items():
        with st.expander(reader.words(f"tree.{question}")):
            rows = reader.ask(question, tree=tree)
            parts.listed(reader, question, rows, columns, reader.words("empty.nothing_to_say"))
