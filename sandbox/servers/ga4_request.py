"""What a report request may say: each rule raises `BadRequest` with GA4's wording."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

from sandbox.servers.ga4_schema import DIMENSIONS, METRICS

FIELDS = {
    "property",
    "dimensions",
    "metrics",
    "dateRanges",
    "dimensionFilter",
    "metricFilter",
    "offset",
    "limit",
    "orderBys",
    "currencyCode",
    "keepEmptyRows",
    "returnPropertyQuota",
}
NOT_REHEARSED = {"metricAggregations", "cohortSpec", "comparisons"}
SCHEMA = "https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema"
EARLIEST = date(2015, 8, 14)


class BadRequest(ValueError):
    """The request is refused whole, with HTTP 400 INVALID_ARGUMENT."""


@dataclass(frozen=True)
class Report:
    """A checked request; `ranges` are (name, first day, last day) in the property's zone, ends included."""

    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    ranges: tuple[tuple[str, date, date], ...]
    dimension_filter: dict | None
    metric_filter: dict | None
    order_bys: tuple[dict, ...]
    offset: int
    limit: int
    keep_empty_rows: bool
    currency: str | None
    wants_quota: bool


def checked(body: object, property_id: str, today: date) -> Report:
    """Return the report that the body asks for."""
    if not isinstance(body, dict):
        raise BadRequest("Invalid JSON payload received. Root element must be a message.")
    for name in body:
        if name in NOT_REHEARSED:
            raise BadRequest(f"The sandbox does not rehearse {name}.")
        if name not in FIELDS:
            raise BadRequest(f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
    if body.get("property") not in (None, f"properties/{property_id}"):
        raise BadRequest("The property of a request in a batch must be that of the batch.")
    dimensions = tuple(_name(one) for one in body.get("dimensions", []))
    metrics = tuple(_name(one) for one in body.get("metrics", []))
    _check_fields(dimensions, metrics)
    return Report(
        dimensions=dimensions,
        metrics=metrics,
        ranges=_ranges(body.get("dateRanges", []), today),
        dimension_filter=_filter(body.get("dimensionFilter"), DIMENSIONS, "dimension"),
        metric_filter=_filter(body.get("metricFilter"), METRICS, "metric"),
        order_bys=_order_bys(body.get("orderBys", []), dimensions, metrics),
        offset=_whole(body.get("offset", "0"), "offset", least=0),
        limit=min(_whole(body.get("limit", "10000"), "limit", least=1), 250_000),
        keep_empty_rows=bool(body.get("keepEmptyRows", False)),
        currency=body.get("currencyCode") or None,
        wants_quota=bool(body.get("returnPropertyQuota", False)),
    )


def _name(one: object) -> str:
    if not isinstance(one, dict) or not isinstance(one.get("name"), str):
        raise BadRequest("Dimensions and metrics are objects with a name.")
    return one["name"]


def _check_fields(dimensions: tuple[str, ...], metrics: tuple[str, ...]) -> None:
    if not dimensions and not metrics:
        raise BadRequest("Requests require dimensions and/or metrics. Most requests include both.")
    for names, most, what in ((dimensions, 9, "dimensions"), (metrics, 10, "metrics")):
        if len(names) > most:
            raise BadRequest(
                f"Requests are limited to {most} {what} within a nested request. "
                f"This request is for {len(names)} {what}."
            )
        if len(set(names)) < len(names):
            raise BadRequest(f"Duplicate {what} were requested.")
    for name in dimensions:
        _known(name, DIMENSIONS, "dimension")
    for name in metrics:
        _known(name, METRICS, "metric")


def _known(name: str, known: dict, what: str) -> None:
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    lead = f"Did you mean {near[0]}? " if near else ""
    # One space after "dimension.", two after "metric.", and a trailing one: as recorded from the live service.
    gap = " " if what == "dimension" else "  "
    raise BadRequest(
        f"{lead}Field {name} is not a valid {what}.{gap}For a list of valid dimensions and metrics, see {SCHEMA} "
    )


def _ranges(given: object, today: date) -> tuple[tuple[str, date, date], ...]:
    if not isinstance(given, list) or not 1 <= len(given) <= 4:
        raise BadRequest("A request needs between 1 and 4 dateRanges.")
    ranges = []
    for position, one in enumerate(given):
        first, last = (_day(one.get(key), key, today) for key in ("startDate", "endDate"))
        if first > last:
            raise BadRequest(f"Invalid date range: startDate {first} must not be after endDate {last}.")
        if first < EARLIEST:
            raise BadRequest(f"Invalid startDate: {first}. startDate must be after 2015-08-13.")
        name = one.get("name", f"date_range_{position}")
        if "name" in one and name.startswith(("date_range_", "RESERVED_")):
            raise BadRequest(f"The date range name {name} begins with a reserved prefix.")
        ranges.append((name, first, last))
    return tuple(ranges)


def _day(text: object, key: str, today: date) -> date:
    word = str(text)
    if word == "today":
        return today
    if word == "yesterday":
        return today - timedelta(days=1)
    if ago := re.fullmatch(r"(\d+)daysAgo", word):
        return today - timedelta(days=int(ago[1]))
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
            return date.fromisoformat(word)
    except ValueError:
        pass
    raise BadRequest(f"Invalid {key}: {word}. Dates are YYYY-MM-DD, NdaysAgo, yesterday or today.")


def _whole(given: object, name: str, least: int) -> int:
    # int64 travels as a string; the live service takes a number as well.
    if not re.fullmatch(r"-?\d+", str(given)) or isinstance(given, bool):
        raise BadRequest(f"Invalid value at '{name}' (TYPE_INT64), \"{given}\"")
    if int(given) < least:
        raise BadRequest(f"The {name} must be at least {least}. This request is for {given}.")
    return int(given)


def _filter(expression: object, known: dict, what: str) -> dict | None:
    if expression is None:
        return None
    if not isinstance(expression, dict) or len(expression) != 1:
        raise BadRequest("A filter expression has exactly one of andGroup, orGroup, notExpression, filter.")
    ((kind, inner),) = expression.items()
    if kind in ("andGroup", "orGroup"):
        for one in inner.get("expressions", []):
            _filter(one, known, what)
    elif kind == "notExpression":
        _filter(inner, known, what)
    elif kind == "filter":
        _known(str(inner.get("fieldName")), known, what)
        _one_filter(inner)
    else:
        raise BadRequest(f'Invalid JSON payload received. Unknown name "{kind}": Cannot find field.')
    return expression


def _one_filter(inner: dict) -> None:
    kinds = set(inner) - {"fieldName"}
    offered = {"stringFilter", "inListFilter", "numericFilter", "betweenFilter", "emptyFilter"}
    if len(kinds) != 1 or not kinds <= offered:
        raise BadRequest(f"A filter has exactly one of {', '.join(sorted(offered))}.")
    if "inListFilter" in inner and not inner["inListFilter"].get("values"):
        raise BadRequest("The values of an inListFilter must not be empty.")


def _order_bys(given: list, dimensions: tuple[str, ...], metrics: tuple[str, ...]) -> tuple[dict, ...]:
    for one in given:
        named = one.get("dimension", {}).get("dimensionName") or one.get("metric", {}).get("metricName")
        if named not in dimensions + metrics:
            raise BadRequest(f"The orderBy field {named} is not among the requested dimensions and metrics.")
    return tuple(given)
