"""Who is engaged and who is at risk: bands, movers, and why an entity has the score it has."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, figures, parts
from dashboard.reader import Reader
from dashboard.served import Row

ENTITIES_SHOWN = 500
TEXT_SHOWN = 60
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


def show(reader: Reader, pages: dict) -> None:  # noqa: ARG001
    """Draw the page."""
    models = reader.ask("score_models")
    if not models:
        parts.heading(reader, reader.words("score.title"), "score_models")
        parts.empty(reader, "score_models", reader.words("empty.score"))
        return
    chosen = _choose(reader, models)
    asked = {"model": chosen["model_id"], "period_type": chosen["period_type"], "period_start": chosen["period_start"]}
    if chosen["is_partial"]:
        st.caption(reader.words("partial"))
    left, right = st.columns(2, gap="large")
    with left:
        _bands(reader, asked)
    with right:
        _movers(reader, asked)
    entities = reader.ask("score_entities", **asked)
    _entity(reader, asked, entities)
    _all(reader, entities)


def _choose(reader: Reader, models: list[Row]) -> Row:
    first, second = st.columns(2)
    names = list(dict.fromkeys(row["model_id"] for row in models))
    with first:
        name = st.selectbox(reader.words("score.model"), names, format_func=reader.words.value, key="model")
    periods = [row for row in models if row["model_id"] == name]
    whole = next((n for n, row in enumerate(periods) if not row["is_partial"]), 0)
    with second:
        number = st.selectbox(
            reader.words("period"),
            range(len(periods)),
            index=whole,
            format_func=lambda n: (
                f"{reader.words.value(periods[n]['period_type'])} "
                + figures.span(periods[n]["period_start"], periods[n]["period_end"])
            ),
            key=f"score_period_{name}",
        )
    return periods[number]


def _bands(reader: Reader, asked: Row) -> None:
    parts.heading(reader, reader.words("score.bands"), "score_bands", "score_whole")
    bands, whole = reader.ask("score_bands", **asked), reader.ask("score_whole", **asked)
    if not bands:
        parts.empty(reader, "score_bands", reader.words("empty.score"))
        return
    rows = [
        {
            "label": reader.words.value(row["band"]),
            "amount": row["n"],
            "text": f"{row['n']:,}",
            "is_marked": row["band"] in ("risk", "low"),
        }
        for row in bands
    ]
    st.altair_chart(charts.bars(rows, reader.words("score.count"), form="d"))
    for row in whole:
        st.caption(
            reader.words(
                "score.spread",
                n=f"{row['n']:,}",
                median=figures.shown(row["score_median"]),
                p25=figures.shown(row["score_p25"]),
                p75=figures.shown(row["score_p75"]),
                scale=figures.shown(row["scale_max"]),
            )
        )


def _movers(reader: Reader, asked: Row) -> None:
    parts.heading(reader, reader.words("score.movers"), "score_movers")
    rows = [
        {
            "entity": row["entity_id"],
            "rule": reader.words.value(row["alert_rule"]),
            "previous_score": row["previous_score"],
            "score": row["score"],
            "signal": reader.label(row, "signal"),
            "signal_change": row["top_signal_change"],
        }
        for row in reader.ask("score_movers", **asked)
    ]
    if rows:
        parts.table(rows, {name: reader.words(f"column.{name}") for name in rows[0]}, "score_movers", height=260)
    else:
        parts.empty(reader, "score_movers", reader.words("score.no_movers"))


def _entity(reader: Reader, asked: Row, entities: list[Row]) -> None:
    parts.heading(reader, reader.words("score.entity"), "score_contributions", note=reader.words("score.adds_up"))
    known = {row["entity_id"]: row for row in entities}
    if not known:
        parts.empty(reader, "score_entities", reader.words("empty.score"))
        return
    entity = st.selectbox(
        reader.words("column.entity"),
        list(known),
        format_func=lambda name: _name(known[name]),
        key=f"entity_{asked['model']}",
    )
    row = known[entity]
    steps = [
        {
            "label": reader.label(part),
            "amount": part["points"],
            "text": reader.words("missing") if part["is_missing"] else figures.change(part["points"]),
            "total_text": f"{figures.shown(row['score'])} / {figures.shown(row['scale_max'])}",
        }
        for part in reader.ask("score_contributions", **asked, entity=entity)
        if part["points"] or part["is_missing"]
    ]
    parts.say(
        reader.words(
            "score.stands",
            score=figures.shown(row["score"]),
            scale=figures.shown(row["scale_max"]),
            band=reader.words.value(row["band"]),
            action=reader.words.value(row["action_id"]) if row["action_id"] else figures.UNKNOWN,
        )
    )
    if steps:
        st.altair_chart(charts.waterfall(steps, reader.words("score.score"), reader.words("score.points")))
    else:
        st.info(reader.words("score.no_signal"))
    _rules(reader, {**asked, "entity": entity})
    st.markdown(f"**{reader.words('score.way')}**")
    actions = reader.ask("next_actions", **asked, entity=entity)
    parts.listed(reader, "next_actions", actions, WAY, reader.words("empty.nothing_to_say"))


def _rules(reader: Reader, asked: Row) -> None:
    """Show the rules that made the score, one a signal, behind one click."""
    rows = [
        {
            "signal": reader.label(row),
            "measured": row["measured"],
            "unit_size": row["unit_size"],
            "threshold": row["threshold"],
            "n": row["n"],
            "weight": row["weight"],
            "cap": row["cap"],
            "exclusive_group": row["exclusive_group"],
            "points": row["points"],
        }
        for row in reader.ask("score_rules", **asked)
    ]
    with st.expander(reader.words("score.rules")):
        parts.table(rows, {name: reader.words(f"column.{name}") for name in rows[0]}, "score_rules")


def _name(row: Row) -> str:
    """Name an entity; a post by its text too."""
    return f"{row['entity_id']} · {row['text'][:TEXT_SHOWN]}" if row["text"] else row["entity_id"]


def _all(reader: Reader, entities: list[Row]) -> None:
    parts.heading(reader, reader.words("score.all", n=f"{len(entities):,}"), "score_entities")
    rows = [
        {
            "rank": row["rank"],
            "entity": _name(row),
            "score": row["score"],
            "score_pct": None if row["score_pct"] is None else row["score_pct"] / 100,
            "band": reader.words.value(row["band"]),
            "action": reader.words.value(row["action_id"]),
            "stale": row["is_stale"],
        }
        for row in entities[:ENTITIES_SHOWN]
    ]
    if rows:
        headers = {name: reader.words(f"column.{name}") for name in rows[0]}
        headers["score_pct"] = st.column_config.ProgressColumn(
            headers["score_pct"], format="percent", min_value=0.0, max_value=1.0
        )
        parts.table(rows, headers, "score_entities")
