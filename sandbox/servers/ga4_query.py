"""Counting hits into the rows of a report: filters, grouping, order and page."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from zlib import crc32

from sandbox.servers.ga4_request import BadRequest, Report


# Not frozen: a day is thousands of these, and a frozen one costs several times as much to make.
@dataclass(slots=True)
class Hit:
    """A session, or one event of it, with what it adds to each metric.

    `key_thirds` is key-event credit in thirds: attribution shares one event between two sources, so a row may hold
    a third of it, while the thirds of one event always add up to three. A hit that carries only credit from
    another session has no `session_id`, and counts as neither session nor user.
    """

    dimensions: dict[str, str]
    session_id: str | None
    visitor_id: str | None
    is_new: bool
    is_engaged: bool
    has_key_event: bool
    duration_s: int = 0
    engagement_s: int = 0
    page_views: int = 0
    events: int = 0
    key_thirds: int = 0
    purchases: int = 0
    revenue: Decimal = Decimal(0)


@dataclass(slots=True)
class Tally:
    """What the hits of one row add up to; people and sessions are kept apart to count each once."""

    sessions: set = field(default_factory=set)
    engaged: set = field(default_factory=set)
    with_key_event: set = field(default_factory=set)
    visitors: set = field(default_factory=set)
    newcomers: set = field(default_factory=set)
    duration_s: int = 0
    engagement_s: int = 0
    page_views: int = 0
    events: int = 0
    key_thirds: int = 0
    purchases: int = 0
    revenue: Decimal = Decimal(0)

    def add(self, hit: Hit) -> None:
        """Count one hit."""
        if hit.session_id is not None:
            self.visitors.add(hit.visitor_id)
            if hit.session_id not in self.sessions:
                self.sessions.add(hit.session_id)
                self.duration_s += hit.duration_s
                if hit.is_engaged:
                    self.engaged.add(hit.session_id)
                if hit.has_key_event:
                    self.with_key_event.add(hit.session_id)
                if hit.is_new:
                    self.newcomers.add(hit.visitor_id)
        self.engagement_s += hit.engagement_s
        self.page_views += hit.page_views
        self.events += hit.events
        self.key_thirds += hit.key_thirds
        self.purchases += hit.purchases
        self.revenue += hit.revenue


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


MEASURES: dict[str, Callable[[Tally], int | float | Decimal]] = {
    "sessions": lambda row: len(row.sessions),
    "engagedSessions": lambda row: len(row.engaged),
    "engagementRate": lambda row: _share(len(row.engaged), len(row.sessions)),
    "bounceRate": lambda row: _share(len(row.sessions) - len(row.engaged), len(row.sessions)),
    "averageSessionDuration": lambda row: _share(row.duration_s, len(row.sessions)),
    "userEngagementDuration": lambda row: row.engagement_s,
    "screenPageViews": lambda row: row.page_views,
    "eventCount": lambda row: row.events,
    "newUsers": lambda row: len(row.newcomers),
    "totalUsers": lambda row: len(row.visitors),
    "activeUsers": lambda row: len(row.visitors),
    "keyEvents": lambda row: row.key_thirds / 3,
    "sessionKeyEventRate": lambda row: _share(len(row.with_key_event), len(row.sessions)),
    "totalRevenue": lambda row: row.revenue,
    "purchaseRevenue": lambda row: row.revenue,
    "ecommercePurchases": lambda row: row.purchases,
    "transactions": lambda row: row.purchases,
}


def rows(report: Report, hits: Iterable[Hit]) -> list[tuple[tuple[str, ...], tuple]]:
    """Return the rows of one date range, all of them, in the order asked for (or in none)."""
    passes = _predicate(report.dimension_filter)
    names, tallies = report.dimensions, {}
    for hit in hits:
        if not passes(hit.dimensions.__getitem__):
            continue
        key = tuple([hit.dimensions[name] for name in names])
        tally = tallies.get(key)
        if tally is None:
            tally = tallies[key] = Tally()
        tally.add(hit)
    measures = [MEASURES[name] for name in report.metrics]
    counted = [(key, tuple([measure(tally) for measure in measures]), tally) for key, tally in tallies.items()]
    if report.metrics and not report.keep_empty_rows:
        counted = [row for row in counted if any(row[1])]
    if report.metric_filter:
        holds = _predicate(report.metric_filter)
        counted = [row for row in counted if holds(lambda name, tally=row[2]: MEASURES[name](tally))]
    return _ordered(report, [(key, values) for key, values, _ in counted])


def _ordered(report: Report, found: list) -> list:
    if not report.order_bys:
        # No order is promised without orderBys: a fixed shuffle, so that nobody comes to rely on one.
        return sorted(found, key=lambda row: (crc32("\x1f".join(row[0]).encode()), row[0]))
    for order in reversed(report.order_bys):
        descending = bool(order.get("desc", False))
        if "metric" in order:
            at = report.metrics.index(order["metric"]["metricName"])
            found.sort(key=lambda row, at=at: row[1][at], reverse=descending)
        else:
            at = report.dimensions.index(order["dimension"]["dimensionName"])
            how = COLLATIONS[order["dimension"].get("orderType", "ALPHANUMERIC")]
            found.sort(key=lambda row, at=at, how=how: how(row[0][at]), reverse=descending)
    return found


def _number(text: str) -> tuple:
    return (0, float(text), "") if re.fullmatch(r"-?\d+(\.\d+)?", text) else (1, 0.0, text)


COLLATIONS = {
    "ORDER_TYPE_UNSPECIFIED": str,
    "ALPHANUMERIC": str,
    "CASE_INSENSITIVE_ALPHANUMERIC": str.lower,
    "NUMERIC": _number,
}


def _predicate(expression: dict | None) -> Callable:
    """Return a function of a field reader (name -> value) that says whether the expression holds."""
    if expression is None:
        return lambda _: True
    ((kind, inner),) = expression.items()
    if kind == "notExpression":
        negated = _predicate(inner)
        return lambda read: not negated(read)
    if kind in ("andGroup", "orGroup"):
        parts = [_predicate(one) for one in inner.get("expressions", [])]
        every = all if kind == "andGroup" else any
        return lambda read: every(part(read) for part in parts)
    name, test = inner["fieldName"], _test(inner)
    return lambda read: test(read(name))


def _test(inner: dict) -> Callable[[object], bool]:
    if "stringFilter" in inner:
        return _string_test(inner["stringFilter"])
    if "inListFilter" in inner:
        values, cased = inner["inListFilter"]["values"], inner["inListFilter"].get("caseSensitive", False)
        listed = set(values) if cased else {value.lower() for value in values}
        return lambda value: (value if cased else str(value).lower()) in listed
    if "emptyFilter" in inner:
        return lambda value: value in ("", "(not set)")
    if "betweenFilter" in inner:
        low, high = (_literal(inner["betweenFilter"][key]) for key in ("fromValue", "toValue"))
        return lambda value: low <= float(value) <= high
    wanted, operation = _literal(inner["numericFilter"]["value"]), inner["numericFilter"].get("operation")
    if operation not in COMPARISONS:
        raise BadRequest(f"Invalid value at 'operation', \"{operation}\"")
    compare = COMPARISONS[operation]
    return lambda value: compare(float(value), wanted)


COMPARISONS = {
    "EQUAL": lambda value, wanted: value == wanted,
    "LESS_THAN": lambda value, wanted: value < wanted,
    "LESS_THAN_OR_EQUAL": lambda value, wanted: value <= wanted,
    "GREATER_THAN": lambda value, wanted: value > wanted,
    "GREATER_THAN_OR_EQUAL": lambda value, wanted: value >= wanted,
}


def _literal(value: dict) -> float:
    return float(value.get("int64Value", value.get("doubleValue", 0)))


def _string_test(inner: dict) -> Callable[[str], bool]:
    wanted, cased, kind = (
        inner.get("value", ""),
        inner.get("caseSensitive", False),
        inner.get("matchType", "EXACT"),
    )
    if kind in ("FULL_REGEXP", "PARTIAL_REGEXP"):
        try:
            pattern = re.compile(wanted, 0 if cased else re.IGNORECASE)
        except re.error as fault:
            raise BadRequest(f"The regular expression {wanted} is invalid: {fault}") from fault
        match = pattern.fullmatch if kind == "FULL_REGEXP" else pattern.search
        return lambda value: bool(match(value))
    if kind not in STRING_TESTS:
        raise BadRequest(f"Invalid value at 'match_type', \"{kind}\"")
    test, wanted = STRING_TESTS[kind], wanted if cased else wanted.lower()
    return lambda value: test(value if cased else value.lower(), wanted)


STRING_TESTS = {
    "EXACT": lambda value, wanted: value == wanted,
    "BEGINS_WITH": str.startswith,
    "ENDS_WITH": str.endswith,
    "CONTAINS": lambda value, wanted: wanted in value,
}
