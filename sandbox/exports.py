"""The files that the brands drop, of all brands together: the product's a UTC day, the rest as due."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sandbox import feeds
from sandbox.streams import iso, midnight
from sandbox.world import World

COLUMNS = {
    "product_events": ("event_id", "entity_type", "entity_id", "event_type", "occurred_at", "quantity"),
    "survey_responses": (
        "response_id", "entity_type", "entity_id", "survey", "question_id", "score", "responded_at", "department",
    ),
    "support_tickets": ("ticket_id", "entity_id", "opened_at", "closed_at"),
    **feeds.COLUMNS,
}  # fmt: skip


def files(world: World, present: datetime) -> list[tuple[str, str]]:
    """Return kind and name of the files of the UTC day that ended at the present; none outside the world."""
    day = present.date() - timedelta(days=1)
    if not world.scenario.start <= day < world.scenario.end:
        return []
    return [(kind, f"{kind}-{day}.csv") for kind in COLUMNS if kind in ROWS or feeds.is_due(kind, day)]


def content(world: World, file_name: str) -> bytes:
    """Return the CSV of one file; KeyError when there is no such file in this world."""
    kind, _, stamp = file_name.removesuffix(".csv").partition("-")
    try:
        day = date.fromisoformat(stamp)
    except ValueError as error:
        raise KeyError(file_name) from error
    if (kind, file_name) not in files(world, midnight(day) + timedelta(days=1)):
        raise KeyError(file_name)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS[kind])
    for brand_id in world.brands:
        if kind in ROWS:
            writer.writerows(ROWS[kind](world, brand_id, midnight(day), midnight(day) + timedelta(days=1)))
        else:
            writer.writerows(feeds.ROWS[kind](world, brand_id, day))
    return text.getvalue().encode()


def _product_events(world: World, brand_id: str, begin: datetime, end: datetime) -> Iterable[tuple]:
    for event in world.entity_events[brand_id]:
        if begin <= event.occurred_at < end:
            occurred_at = iso(event.occurred_at)
            yield event.event_id, event.entity_type, event.entity_id, event.event_type, occurred_at, event.quantity


def _survey_responses(world: World, brand_id: str, begin: datetime, end: datetime) -> Iterable[tuple]:
    for answer in world.surveys[brand_id]:
        if begin <= answer.responded_at < end:
            yield (
                answer.response_id, answer.entity_type, answer.entity_id, answer.survey, answer.question_id,
                answer.score, iso(answer.responded_at), answer.department,
            )  # fmt: skip


def _support_tickets(world: World, brand_id: str, begin: datetime, end: datetime) -> Iterable[tuple]:
    """Yield tickets opened or closed in the day, as known at its end."""
    for ticket in world.tickets[brand_id]:
        closed = ticket.closed_at if ticket.closed_at and ticket.closed_at < end else None
        if begin <= ticket.opened_at < end or (closed and closed >= begin):
            yield ticket.ticket_id, ticket.entity_id, iso(ticket.opened_at), iso(closed) if closed else ""


ROWS = {
    "product_events": _product_events,
    "survey_responses": _survey_responses,
    "support_tickets": _support_tickets,
}
