"""Why an entity has the score it has, and what would lift it into the next band."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, figures, parts
from dashboard.reader import Reader
from dashboard.served import Row

TEXT_SHOWN = 60
KEY_SHOWN = 12
KEY_LENGTH = 64
WAY = {
    "band_in_force": "word",
    "next_band": "word",
    "points_lacking": "number",
    "step": "label",
    "action": "label",
    "reason": "label",
    "channel": "word",
    "owner": "text",
}
RULE = {
    "driver": "label",
    "measured": "number",
    "unit_size": "number",
    "threshold": "number",
    "n": "number",
    "weight": "number",
    "cap": "number",
    "exclusive_group": "text",
    "points": "number",
}


def name(row: Row) -> str:
    """Name an entity: a post by its text, a person by the beginning of the keyed hash."""
    if row["text"]:
        return f"{' '.join(row['text'].split())[:TEXT_SHOWN]} · {row['entity_id']}"
    return f"{row['entity_id'][:KEY_SHOWN]}…" if len(row["entity_id"]) == KEY_LENGTH else row["entity_id"]


def show(reader: Reader, asked: Row, entities: list[Row]) -> None:
    """Draw the points of the entity that the reader chooses."""
    parts.heading(reader, reader.words("score.entity"), "score_contributions", note=reader.words("score.adds_up"))
    known = {row["entity_id"]: row for row in entities}
    if not known:
        parts.empty(reader, "score_entities", reader.words("empty.score"))
        return
    entity = st.selectbox(
        reader.words("column.entity"),
        list(known),
        format_func=lambda key: name(known[key]),
        key=f"entity_{asked['model']}_{asked['version']}",
    )
    _points(reader, known[entity], reader.ask("score_contributions", **asked, entity=entity))
    with st.expander(reader.words("score.rules")):
        rules = reader.ask("score_rules", **asked, entity=entity)
        parts.listed(reader, "score_rules", rules, RULE, reader.words("score.no_signal"))
    st.markdown(f"**{reader.words('score.way')}**")
    actions = reader.ask("next_actions", **asked, entity=entity)
    parts.listed(reader, "next_actions", actions, WAY, reader.words("empty.nothing_to_say"), step=parts.WIDE)


def _points(reader: Reader, row: Row, contributions: list[Row]) -> None:
    score, scale = figures.shown(row["score"]), figures.shown(row["scale_max"])
    steps = [
        {
            "label": reader.label(part),
            "amount": part["points"],
            "text": reader.words("missing") if part["is_missing"] else figures.change(part["points"]),
            "total_text": f"{score} / {scale}",
        }
        for part in contributions
        if part["points"] or part["is_missing"]
    ]
    parts.say(
        reader.words(
            "score.stands",
            score=score,
            scale=scale,
            band=reader.words.value(row["band"]),
            action=reader.words.value(row["action_id"]) or reader.words("score.no_action"),
        )
    )
    if steps:
        st.altair_chart(charts.waterfall(steps, reader.words("score.score"), reader.words("score.points")))
    else:
        st.info(reader.words("score.no_signal"))
