"""How a figure is written in a language: unknown is a dash, a rate a percentage, money has its currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

UNKNOWN = "–"
SYMBOLS = {"JPY": "¥", "EUR": "€", "USD": "$", "GBP": "£"}
# A status is never told by its colour alone.
SIGNS = {"met": "✓", "on_track": "●", "at_risk": "▲", "behind": "▼", "missed": "▼"}
WEEKDAYS = {"en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], "ja": list("月火水木金土日")}

Number = int | float | Decimal | None


def shown(value: Number, unit: str = "", currency: str | None = None) -> str:
    """Write a value in its unit."""
    if value is None:
        return UNKNOWN
    if unit == "rate":
        return percent(value)
    if unit == "currency":
        sign, symbol = "−" if value < 0 else "", SYMBOLS.get(currency or "", "")
        return f"{sign}{symbol}{abs(value):,.0f} {'' if symbol else currency or ''}".rstrip()
    digits = 0 if float(value).is_integer() or abs(value) >= 100 else 1
    return f"{value:,.{digits}f}".replace("-", "−")


def change(value: Number, unit: str = "", currency: str | None = None) -> str:
    """Write a change with its sign."""
    written = shown(value, unit, currency)
    return f"+{written}" if value is not None and value > 0 else written


def points(value: Number) -> str:
    """Write a difference of two ratios of one in percentage points, with its sign."""
    return UNKNOWN if value is None else f"{100 * value:+,.1f} pt".replace("-", "−")


def percent(value: Number) -> str:
    """Write a ratio of one as a percentage with one digit."""
    return UNKNOWN if value is None else f"{100 * value:,.1f} %".replace("-", "−")


def day(value: date | None, language: str) -> str:
    """Write a day with its weekday."""
    if value is None:
        return UNKNOWN
    name = WEEKDAYS[language][value.weekday()]
    return f"{value:%Y-%m-%d}({name})" if language == "ja" else f"{name} {value:%Y-%m-%d}"


def span(first: date, last: date) -> str:
    """Write a period by its days."""
    return f"{first:%Y-%m-%d} – {last:%m-%d}" if first.year == last.year else f"{first} – {last}"
