"""Who is engaged and who is at risk: bands, movers, what sets groups apart, and all who are scored."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, figures, parts, scores
from dashboard.reader import Reader
from dashboard.served import Row
from dashboard.views import score_entity

ENTITIES_SHOWN = 500
DRIVERS_SHOWN = 5


def show(reader: Reader, pages: dict) -> None:  # noqa: ARG001
    """Draw the page."""
    models = scores.models(reader)
    if not models:
        parts.heading(reader, reader.words("score.title"), "score_models")
        parts.empty(reader, "score_models", reader.words("empty.score"))
        return
    chosen = _choose(reader, models)
    asked = scores.asked(chosen)
    entities = reader.ask("score_entities", **asked)
    if chosen["is_partial"]:
        st.caption(reader.words("partial"))
    if not all(row["has_brand"] for row in entities):
        st.caption(reader.words("score.no_brand"))
    left, right = st.columns(2, gap="large")
    with left:
        _bands(reader, asked, entities)
    with right:
        _movers(reader, asked, entities)
    score_entity.show(reader, asked, entities)
    _drivers(reader, asked)
    _all(reader, entities)


def _choose(reader: Reader, models: dict[tuple[str, int], list[Row]]) -> Row:
    first, second = st.columns(2)
    with first:
        model = st.selectbox(
            reader.words("score.model"), list(models), format_func=lambda key: _model(reader, key), key="model"
        )
    periods = models[model]
    with second:
        number = st.selectbox(
            reader.words("period"),
            range(len(periods)),
            index=scores.newest_whole(periods),
            format_func=lambda n: (
                f"{reader.words.value(periods[n]['period_type'])} "
                + figures.span(periods[n]["period_start"], periods[n]["period_end"])
                + (" *" if periods[n]["is_partial"] else "")
            ),
            key=f"score_period_{model}",
        )
    return periods[number]


def _model(reader: Reader, key: tuple[str, int]) -> str:
    name, version = key
    return reader.words.value(name) + (f" v{version}" if version > 1 else "")


def _bands(reader: Reader, asked: Row, entities: list[Row]) -> None:
    parts.heading(reader, reader.words("score.bands"), "score_entities", "score_whole")
    if not entities:
        parts.empty(reader, "score_entities", reader.words("empty.score"))
        return
    rows = [
        {"label": reader.words.value(band), "amount": n, "text": f"{n:,}", "is_marked": band in ("risk", "low")}
        for band, n in scores.bands(entities).items()
    ]
    st.altair_chart(charts.bars(rows, reader.words("score.count"), form=",d"))
    for row in reader.ask("score_whole", **asked):
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


def _movers(reader: Reader, asked: Row, entities: list[Row]) -> None:
    parts.heading(reader, reader.words("score.movers"), "score_movers")
    own = {row["entity_id"]: row for row in entities}
    rows = [
        {
            "entity": score_entity.name(own[row["entity_id"]]),
            "rule": reader.words.value(row["alert_rule"]),
            "previous_score": row["previous_score"],
            "score": row["score"],
            "signal": reader.label(row, "signal"),
            "signal_change": row["top_signal_change"],
        }
        for row in reader.ask("score_movers", **asked)
        if row["entity_id"] in own
    ]
    parts.table_or(reader, "score_movers", rows, reader.words("score.no_movers"))


def _drivers(reader: Reader, asked: Row) -> None:
    """Show which signals set the lowest and the highest tenth apart from all others."""
    parts.heading(reader, reader.words("score.drivers"), "score_drivers", note=reader.words("score.drivers_are"))
    rows = reader.ask("score_drivers", **asked)
    if not rows:
        parts.empty(reader, "score_drivers", reader.words("empty.score"))
        return
    st.caption(reader.words("score.drivers_of", start=rows[0]["newest_start"]))
    for column, segment in zip(st.columns(2, gap="large"), ("friction", "power_user"), strict=True):
        own = [row for row in rows if row["segment"] == segment][:DRIVERS_SHOWN]
        told = [
            {
                "driver": reader.label(row),
                "points_mean": figures.shown(row["points_mean"]),
                "others_points_mean": figures.shown(row["others_points_mean"]),
                "gap_points": figures.change(row["gap"]),
            }
            for row in own
        ]
        with column:
            st.markdown(f"**{reader.words.value(segment)}**")
            if told:
                st.caption(reader.words("score.segment", n=own[0]["segment_n"], others=f"{own[0]['others_n']:,}"))
                parts.table(reader, told, f"drivers_{segment}")
            else:
                st.info(reader.words("empty.nothing_to_say"))


def _all(reader: Reader, entities: list[Row]) -> None:
    parts.heading(reader, reader.words("score.all", n=f"{len(entities):,}"), "score_entities")
    rows = [
        {
            "rank_of_all": row["rank"],
            "entity": score_entity.name(row),
            "score": row["score"],
            "score_pct": row["score_pct"],
            "band": reader.words.value(row["band"]),
            "action": reader.words.value(row["action_id"]) or figures.UNKNOWN,
            "stale": parts.FLAGS[row["is_stale"]],
        }
        for row in entities[:ENTITIES_SHOWN]
    ]
    parts.table_or(reader, "score_entities", rows, reader.words("empty.score"), score_pct=parts.SHARE)
