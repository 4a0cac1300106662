"""Customers of the product: a latent health drives logins, features, minutes, NPS answers and tickets."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from sandbox import rates
from sandbox.fixture import FIXTURE_CUSTOMER, fixture_month, touches_fixture_month
from sandbox.model import Brand, EntityEvent, Survey, Ticket
from sandbox.scenario import Scenario
from sandbox.streams import midnight, stream

DRAWS_A_DAY = 14
DAILY_USER_SHARE = 0.12
LEAVER_SHARE = 0.12
OFFICE_OPENS, OFFICE_HOURS = time(8), 12  # use falls within one day of the brand's zone

Use = tuple[list[EntityEvent], list[Survey], list[Ticket]]


def product_use(scenario: Scenario, brand: Brand) -> Use:
    """Return the product events, surveys and tickets of the brand's customers before the end, oldest first."""
    events: list[EntityEvent] = []
    surveys: list[Survey] = []
    tickets: list[Ticket] = []
    for number in range(1, rates.CUSTOMERS_PER_BRAND + 1):
        entity_id = f"{brand.brand_id}-c{number:04d}"
        found = _customer(scenario, brand, entity_id)
        if entity_id == FIXTURE_CUSTOMER:
            found = _with_fixture(found)
        events += found[0]
        surveys += found[1]
        tickets += found[2]
    begin, end = midnight(scenario.start), midnight(scenario.end)
    events = sorted((e for e in events if begin <= e.occurred_at < end), key=lambda e: (e.occurred_at, e.event_id))
    surveys = sorted(
        (s for s in surveys if begin <= s.responded_at < end), key=lambda s: (s.responded_at, s.response_id)
    )
    tickets = [
        t if t.closed_at and t.closed_at < end else Ticket(t.ticket_id, t.entity_id, t.opened_at, None) for t in tickets
    ]
    return (
        events,
        surveys,
        sorted((t for t in tickets if begin <= t.opened_at < end), key=lambda t: (t.opened_at, t.ticket_id)),
    )


def health_of(scenario: Scenario, entity_id: str) -> float:
    """Return a customer's latent health, 0 (gone) to 1 (at home in the product)."""
    if entity_id == FIXTURE_CUSTOMER:
        return 0.6
    return float(stream(scenario.seed, entity_id, "health").beta(2.2, 1.8))


def _customer(scenario: Scenario, brand: Brand, entity_id: str) -> Use:
    rng = stream(scenario.seed, entity_id, "use")
    health = health_of(scenario, entity_id)
    is_daily, is_leaver = rng.random() < DAILY_USER_SHARE, rng.random() < LEAVER_SHARE
    leaving_on = scenario.start + timedelta(days=int(rng.integers(5, 45)))
    events: list[EntityEvent] = []
    surveys: list[Survey] = []
    tickets: list[Ticket] = []
    for offset in range(scenario.days + 1):  # the brand's last day may begin before the last UTC day ends
        day = scenario.start + timedelta(days=offset)
        morning = datetime.combine(day, OFFICE_OPENS, brand.tz)
        draw = rng.random(DRAWS_A_DAY)
        is_here = not (is_leaver and day >= leaving_on)
        weekday = 1.0 if day.weekday() < 5 else 0.45
        if is_here and draw[0] < (1.0 if is_daily else (0.03 + 0.72 * health**1.5) * weekday):
            events += _day_of_use(entity_id, morning, health, draw)
        if is_here and draw[9] < 0.016 * (1.25 - health):
            tickets.append(_ticket(entity_id, morning, health, draw))
        if day.day == 1 + int(28 * _month_draw(scenario, entity_id, day, "day")) and is_here:
            surveys += _answer(scenario, entity_id, morning, health)
    return events, surveys, tickets


def _moment(morning: datetime, draw: float) -> datetime:
    return (morning + timedelta(seconds=int(draw * OFFICE_HOURS * 3_600))).astimezone(UTC)


def _day_of_use(entity_id: str, morning: datetime, health: float, draw: np.ndarray) -> list[EntityEvent]:
    """Return a login, one session and one to four features, seconds apart within the UTC day."""
    start, stamp = _moment(morning, draw[1]), f"{morning:%Y%m%d}"
    minutes = round(float(np.exp(np.log(4 + 34 * health) + 0.9 * (draw[2] - 0.5))))
    events = [
        EntityEvent(f"{entity_id}-{stamp}-l", entity_id, "login", start, 1),
        EntityEvent(f"{entity_id}-{stamp}-s", entity_id, "session", start, max(minutes, 1)),
    ]
    count = 1 + int(draw[3] * (1 + 2.9 * health))
    known = max(int(len(rates.FEATURES) * (0.2 + 0.8 * health)), 1)
    used = sorted({int(draw[4 + place] ** 1.5 * known) for place in range(count)})
    for place, feature in enumerate(used):
        moment = start + timedelta(seconds=20 * (place + 1))
        events.append(
            EntityEvent(f"{entity_id}-{stamp}-f{place}", entity_id, f"feature:{rates.FEATURES[feature]}", moment, 1)
        )
    return events


def _ticket(entity_id: str, morning: datetime, health: float, draw: np.ndarray) -> Ticket:
    opened = _moment(morning, draw[10])
    closed = opened + timedelta(seconds=int(3_600 - 86_400 * 3 / (0.4 + health) * np.log1p(-draw[11])))
    never = draw[12] < 0.18 * (1.2 - health)
    return Ticket(f"{entity_id}-t{morning:%Y%m%d}", entity_id, opened, None if never else closed)


def _month_draw(scenario: Scenario, entity_id: str, day: date, what: str) -> float:
    return float(stream(scenario.seed, entity_id, what, day.year * 12 + day.month).random())


def _answer(scenario: Scenario, entity_id: str, morning: datetime, health: float) -> list[Survey]:
    rng = stream(scenario.seed, entity_id, "nps", morning.year * 12 + morning.month)
    willing, hour, mood = rng.random(), rng.random(), rng.normal(0, 1.3)
    if willing > 0.45 + 0.3 * health:
        return []
    score = int(np.clip(round(3.2 + 7.4 * health + mood), 0, 10))
    return [Survey(f"{entity_id}-n{morning:%Y%m}", entity_id, score, _moment(morning, hour))]


def _with_fixture(found: Use) -> Use:
    """Put the worked example into its month; no ticket of other months may still be open in it."""
    events, surveys, _ = found
    more_events, more_surveys, tickets = fixture_month()
    events = [event for event in events if not touches_fixture_month(event.occurred_at)]
    surveys = [answer for answer in surveys if not touches_fixture_month(answer.responded_at)]
    return events + more_events, surveys + more_surveys, tickets
