"""Scores by plain Python from the seeds' documented columns: slow, and written without the SQL beside it."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

Event = Mapping[str, Any]
Signal = Mapping[str, Any]
NO_USE = ("outcomes", "conversions")


def scores(
    signals: Sequence[Signal], events: Sequence[Event], last_date: date, entity_type: str = "customer"
) -> dict[tuple[str, str, date], float]:
    """Return the score of every entity, period type and period, of a model scored by month and quarter."""
    last = max([last_date, *(each["event_date"] for each in events)])
    first = min(each["event_date"] for each in events)
    own = [each for each in events if each["entity_type"] == entity_type]
    entities = {each["entity_id"] for each in own}
    found = {}
    for period_type, start, end in periods(first, last):
        until, full = min(end, last), min(end, last_date)
        for entity in entities:
            seen = [each for each in own if each["entity_id"] == entity and each["event_date"] <= until]
            if any(each["source"] not in NO_USE for each in seen):
                found[entity, period_type, start] = score(signals, seen, start, until, full)
    return found


def periods(first: date, last: date) -> Iterable[tuple[str, date, date]]:
    """Yield the months and quarters between two days."""
    months = [
        (number // 12, number % 12 + 1)
        for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]
    for year, month in months:
        yield "month", date(year, month, 1), date(year, month, monthrange(year, month)[1])
    for year, quarter in sorted({(year, (month - 1) // 3) for year, month in months}):
        ends = 3 * quarter + 3
        yield "quarter", date(year, ends - 2, 1), date(year, ends, monthrange(year, ends)[1])


def score(signals: Sequence[Signal], events: Sequence[Event], start: date, until: date, full: date) -> float:
    """Return the points of one entity whose events up to `until` are given."""
    parts = []
    for signal in sorted(signals, key=lambda each: (each["signal_order"], each["signal_id"])):
        value, count = measured(signal, events, start, until, full)
        points = signal["weight"] * counted(signal, value)
        if signal["cap"] is not None:
            points = min(points, signal["cap"]) if signal["cap"] >= 0 else max(points, signal["cap"])
        parts.append([signal, points, count])
    for group in {signal["exclusive_group"] for signal, _, _ in parts} - {None}:
        members = [part for part in parts if part[0]["exclusive_group"] == group]
        best = max(members, key=lambda part: abs(part[1]))
        for part in members:
            part[1] = part[1] if part is best else 0
    shared = [part for part in parts if part[0]["missing"] == "reweight"]
    seen = sum(ceiling(part[0]) for part in shared if part[2])
    for part in shared:
        part[1] = part[1] * sum(ceiling(each[0]) for each in shared) / seen if seen else 0
    total = sum(points for signal, points, _ in parts if signal["score_group"] is None)
    for group in {signal["score_group"] for signal, _, _ in parts} - {None}:
        members = [part for part in parts if part[0]["score_group"] == group]
        limit, points = members[0][0]["group_limit"], sum(part[1] for part in members)
        total += min(points, limit) if limit >= 0 else max(points, limit)
    return total


def ceiling(signal: Signal) -> float:
    """Return the most points that a signal is meant to give."""
    if signal["cap"] is not None:
        return signal["cap"]
    return signal["weight"] * (1 if signal["count_mode"] == "once" else 1 / signal["unit_size"])


def counted(signal: Signal, value: float) -> float:
    """Return n, how often the weight applies."""
    if signal["count_mode"] == "once":
        return float(value > 0 and value >= (signal["threshold"] or 0))
    units = value / signal["unit_size"]
    if signal["rounding"] == "none":
        return max(0, round(units, 6))
    return max(0, math.floor(round(units, 9) + (0.5 if signal["rounding"] == "half_up" else 0)))


def measured(signal: Signal, events: Sequence[Event], start: date, until: date, full: date) -> tuple[float, int]:
    """Return the measure of one signal, and how many events it looked at."""
    begin = {"period": start, "trailing": until - timedelta(days=(signal["window_days"] or 1) - 1), "as_of": None}
    since = begin[signal["window_type"]]
    around = [
        each
        for each in events
        if each["source"] == signal["source"]
        and like(signal["among"] or signal["event_type"], each["event_type"])
        and (since is None or each["event_date"] >= since)
    ]
    wanted = [each for each in around if like(signal["event_type"], each["event_type"])]
    days = {each["event_date"] for each in around}
    born = since or min(each["event_date"] for each in events if each["source"] not in NO_USE)
    length = max((full - born).days + 1, 1)
    quantity = sum(each["quantity"] for each in around)
    half_life = signal["decay_half_life_days"]
    left = [round(0.5 ** ((until - each["event_date"]).days / half_life), 9) if half_life else 1 for each in around]
    match signal["measure"]:
        case "day_share":
            value = min(len(days) / length, 1)
        case "week_share":
            weeks = max(length // 7, 1)
            value = len({min((day - born).days // 7, weeks - 1) for day in days}) / weeks
        case "days":
            value = len(days)
        case "share":
            value = len(wanted) / len(around) if around else 0
        case "quantity_share":
            value = sum(each["quantity"] for each in wanted) / quantity if quantity else 0
        case "events":
            value = sum(left)
        case "types":
            value = len({each["event_type"] for each in around})
        case "quantity_sum":
            value = sum(each["quantity"] * part for each, part in zip(around, left, strict=True))
        case "quantity_mean":
            value = quantity / len(around) if around else 0
        case "open":
            value = still_open(around, events)
        case "latest":
            newest = max((each["occurred_at"] for each in around), default=None)
            last = [each for each in around if each["occurred_at"] == newest]
            value = float(bool(last) and all(each in wanted for each in last))
        case "silence":
            value = float(not around)
    return value, len(around)


def still_open(opened: Sequence[Event], events: Sequence[Event]) -> int:
    """Return how many of the opened have no closing among the events so far."""
    closed = {each["event_id"].replace(":closed", ":opened") for each in events if each["event_id"].endswith(":closed")}
    return sum(each["event_id"] not in closed for each in opened)


def like(pattern: str, text: str) -> bool:
    """Tell whether a SQL LIKE pattern matches."""
    return re.fullmatch(re.escape(pattern).replace("%", ".*").replace("_", "."), text, re.DOTALL) is not None
