"""Drawings of the brief as inline SVG: no script, no font from elsewhere, the same bytes for the same figures."""

from __future__ import annotations

from html import escape

from dashboard.served import Row

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#8A8F98"
WIDTH, LABEL, ROW, BAR = 680, 190, 24, 15
ROOM = 150  # right of the longest bar, for its text


def bars(rows: list[Row], title: str) -> str:
    """Draw a bar a row (`label`, `amount`, `text`, `is_marked`) beside each other's from zero."""
    top = max((float(row["amount"] or 0) for row in rows), default=0) or 1
    scale = (WIDTH - LABEL - ROOM) / top
    drawn = [
        _bar(n, row["label"], 0, float(row["amount"] or 0), row["text"], ORANGE if row["is_marked"] else BLUE, scale, 0)
        for n, row in enumerate(rows)
    ]
    return _drawing(drawn, len(rows), title)


def waterfall(rows: list[Row], total: str, total_text: str, title: str) -> str:
    """Draw parts (`label`, `amount`, `text`) that add up to a total, each from where the one before ended."""
    steps, reached = [], 0.0
    for row in rows:
        steps.append((row["label"], reached, reached + float(row["amount"]), row["text"]))
        reached += float(row["amount"])
    ends = [0.0, *(step[2] for step in steps)]
    low, high = min(ends), max(ends)
    scale = (WIDTH - LABEL - ROOM) / ((high - low) or 1)
    drawn = [
        _bar(n, label, first, last, text, BLUE if last >= first else ORANGE, scale, low)
        for n, (label, first, last, text) in enumerate(steps)
    ]
    drawn.append(_bar(len(steps), total, 0, reached, total_text, GREY, scale, low))
    return _drawing(drawn, len(steps) + 1, title)


def _bar(n: int, label: str, first: float, last: float, text: str, colour: str, scale: float, low: float) -> str:
    left, right = sorted((first, last))
    x, width, y = LABEL + (left - low) * scale, max((right - left) * scale, 1), n * ROW
    return (
        f'<text x="{LABEL - 8}" y="{y + 12}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>'
        f'<text x="{x + width + 6:.1f}" y="{y + 12}">{escape(text)}</text>'
    )


def _drawing(parts: list[str], rows: int, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {rows * ROW}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
