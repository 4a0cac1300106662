"""The charts, as Altair specifications over plain rows; colours are Okabe and Ito's, and never the only sign."""

from __future__ import annotations

from typing import Any

import altair as alt

from dashboard.served import Row

BLUE, ORANGE, GREEN, GREY, YELLOW = "#0072B2", "#D55E00", "#009E73", "#8A8F98", "#E69F00"
STATUS = {"met": GREEN, "on_track": BLUE, "at_risk": YELLOW, "behind": ORANGE, "missed": ORANGE}
APART = [BLUE, ORANGE, GREEN, YELLOW, "#CC79A7", "#56B4E9", "#000000"]
TICKS = 14  # so few points have a tick each
PLAIN = ",f"  # thousands apart, as many digits as the steps of the axis need
ROOM = 0.45  # of the width, for the text right of the longest bar


def data(rows: list[Row]) -> alt.Data:
    """Return rows as the data of a chart; what JSON has no type for is written."""
    return alt.Data(values=[{name: _plain(value) for name, value in row.items()} for row in rows])


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def waterfall(steps: list[Row], total: str, unit: str) -> alt.LayerChart:
    """Draw steps (`label`, `amount`, `text`) that add up to their total, in the order given."""
    bars, reached = [], 0.0
    for step in steps:
        amount = float(step["amount"] or 0)
        bars.append({**step, "from": reached, "to": reached + amount, "sign": "up" if amount >= 0 else "down"})
        reached += amount
    bars.append({"label": total, "from": 0.0, "to": reached, "text": steps[0]["total_text"], "sign": "total"})
    ends = [bar[end] for bar in bars for end in ("from", "to")]
    domain = [min(ends), max(ends) + ROOM * (max(ends) - min(ends))]
    base = alt.Chart(data(bars), height=44 * len(bars) + 50).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=320, labelFontSize=13, ticks=False))
    )
    drawn = base.mark_bar(size=22).encode(
        x=alt.X("from:Q", title=unit, scale=alt.Scale(domain=domain), axis=alt.Axis(format=PLAIN, tickCount=5)),
        x2="to:Q",
        color=alt.Color(
            "sign:N", legend=None, scale=alt.Scale(domain=["up", "down", "total"], range=[BLUE, ORANGE, GREY])
        ),
        tooltip=[alt.Tooltip("label:N"), alt.Tooltip("text:N")],
    )
    right_end = "datum.from > datum.to ? datum.from : datum.to"
    written = base.transform_calculate(end=right_end).mark_text(align="left", dx=6, fontSize=13)
    return alt.layer(drawn, written.encode(x="end:Q", text="text:N"))


def bars(rows: list[Row], title: str, color: str = BLUE, form: str = PLAIN) -> alt.LayerChart:
    """Draw a bar a row (`label`, `amount`, `text`, `is_marked`), in the order given; a marked one stands out."""
    domain = [0, (1 + ROOM) * max((float(row["amount"] or 0) for row in rows), default=1)]
    known = [{**row, "amount": row["amount"] or 0} for row in rows]  # a row without a bar keeps its place and its text
    base = alt.Chart(data(known), height=40 * len(rows) + 50).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=320, labelFontSize=13, ticks=False)),
        x=alt.X("amount:Q", title=title, scale=alt.Scale(domain=domain), axis=alt.Axis(format=form, tickCount=5)),
    )
    marked = alt.condition("datum.is_marked", alt.value(ORANGE), alt.value(color))
    drawn = base.mark_bar(size=20).encode(color=marked, tooltip=[alt.Tooltip("label:N"), alt.Tooltip("text:N")])
    return alt.layer(drawn, base.mark_text(align="left", dx=6, fontSize=13).encode(text="text:N"))


def line(rows: list[Row], x: str, y: str, title: str, target: str | None = None, form: str = PLAIN) -> alt.LayerChart:
    """Draw a number over days; an open circle is a figure that may still change, the dashes are the target."""
    days = [alt.DateTime(year=row[x].year, month=row[x].month, date=row[x].day, utc=True) for row in rows]
    ticks = {"values": days} if len(days) <= TICKS else {"tickCount": "day"}
    # A day is a day wherever the browser is.
    day = alt.X(f"utcyearmonthdate({x}):T", title=None, axis=alt.Axis(format="%m-%d", labelOverlap=True, **ticks))
    base = alt.Chart(data(rows), height=260).encode(x=day)
    number = alt.Y(f"{y}:Q", title=title, axis=alt.Axis(format=form, tickCount=5))
    layers = [
        base.mark_line(color=BLUE, strokeWidth=2).encode(y=number),
        base.mark_point(size=42, strokeWidth=1.6, color=BLUE).encode(
            y=number,
            fill=alt.condition("datum.is_open", alt.value("white"), alt.value(BLUE)),
            tooltip=[alt.Tooltip(f"utcyearmonthdate({x}):T", title=None, format="%Y-%m-%d"), alt.Tooltip("text:N")],
        ),
    ]
    if target:
        layers.append(base.mark_line(color=GREY, strokeDash=[5, 4]).encode(y=f"{target}:Q"))
    return alt.layer(*layers)


def scatter(rows: list[Row], x: str, y: str, names: dict[str, str]) -> alt.Chart:
    """Draw posts by two numbers; shape and colour tell the format."""
    return (
        alt.Chart(data(rows), height=340)
        .mark_point(size=80, filled=True, opacity=0.8)
        .encode(
            x=alt.X(f"{x}:Q", title=names[x], scale=alt.Scale(type="log"), axis=alt.Axis(format=PLAIN, tickCount=5)),
            y=alt.Y(f"{y}:Q", title=names[y], axis=alt.Axis(format=".1%", tickCount=5)),
            color=alt.Color("format:N", title=names["format"], scale=alt.Scale(range=APART)),
            shape=alt.Shape("format:N", title=names["format"]),
            tooltip=[
                alt.Tooltip("text:N", title=names["text"]),
                alt.Tooltip("published_date:N", title=names["published_date"]),
                alt.Tooltip(f"{x}:Q", title=names[x], format=","),
                alt.Tooltip(f"{y}:Q", title=names[y], format=".1%"),
            ],
        )
    )


def heat(rows: list[Row], value: str, names: dict[str, str], weekdays: list[str]) -> alt.LayerChart:
    """Draw weekday by hour; each cell says its number of posts, so that one lucky post is not read as a rule."""
    base = alt.Chart(data(rows), height=290).encode(
        x=alt.X("hour:O", title=names["hour"], axis=alt.Axis(labelAngle=0)),
        y=alt.Y("day:N", title=None, sort=weekdays, scale=alt.Scale(domain=weekdays)),
    )
    colour = alt.Color(
        f"{value}:Q",
        title=names[value],
        scale=alt.Scale(type="symlog", scheme="blues"),
        legend=alt.Legend(format=PLAIN),
    )
    told = [
        alt.Tooltip("day:N", title=names["day"]),
        alt.Tooltip("hour:O", title=names["hour"]),
        alt.Tooltip(f"{value}:Q", title=names[value], format=",.0f"),
        alt.Tooltip("post_n:Q", title=names["post_n"]),
    ]
    dark = f"datum.{value} > {0.6 * max((row[value] or 0 for row in rows), default=0)}"
    number = base.mark_text(fontSize=12).encode(
        text="post_n:Q", color=alt.condition(dark, alt.value("white"), alt.value("black"))
    )
    return alt.layer(base.mark_rect(stroke="white").encode(color=colour, tooltip=told), number)


def ranges(rows: list[Row], title: str) -> alt.LayerChart:
    """Draw an estimate with its interval a row (`label`, `amount`, `low`, `high`), and where nothing is."""
    base = alt.Chart(data(rows), height=38 * len(rows) + 50).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=260, labelFontSize=13, ticks=False))
    )
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY, strokeDash=[4, 4]).encode(x="zero:Q")
    scale = alt.X("low:Q", title=title, axis=alt.Axis(format=PLAIN, tickCount=5))
    span = base.mark_rule(strokeWidth=3, color=BLUE, opacity=0.5).encode(x=scale, x2="high:Q")
    point = base.mark_point(filled=True, size=90, color=BLUE).encode(x="amount:Q", tooltip=["label:N", "text:N"])
    return alt.layer(zero, span, point)
