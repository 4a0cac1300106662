"""The customer of the worked example: weekly login, 3 features, 30 minutes, a promoter, one open ticket.

Its August 2026 scores 25 + 30 + 15 + 25 - 5 = 90 of 150 whichever day boundary from UTC-7 to UTC+9 is used, and
whether a week of the month is counted whole or cut at the month's edges: every such week has a login.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.model import EntityEvent, Survey, Ticket

FIXTURE_CUSTOMER = "aozora-c0001"
FIXTURE_MONTH = (2026, 8)
ZONES = timedelta(hours=14)  # how far a local day may be from the UTC day
# day of August: minutes of that day's session; the mean is 30
SESSIONS = {1: 25, 2: 35, 4: 20, 7: 40, 11: 28, 14: 32, 18: 45, 21: 15, 25: 30, 28: 33, 31: 27}
FEATURES = {4: "dashboard", 11: "orders", 18: "reports"}


def touches_fixture_month(moment: datetime) -> bool:
    """Tell whether an instant falls into the example's month in any zone."""
    return any((edge.year, edge.month) == FIXTURE_MONTH for edge in (moment - ZONES, moment + ZONES))


def fixture_month() -> tuple[list[EntityEvent], list[Survey], list[Ticket]]:
    """Return the month's events, its one answer and its one ticket, which stays open."""
    who = FIXTURE_CUSTOMER
    events = []
    for day, minutes in SESSIONS.items():
        start = datetime(2026, 8, day, 9, 0, tzinfo=UTC)
        stamp = f"{who}-{start:%Y%m%d}"
        events.append(EntityEvent(f"{stamp}-l", who, "login", start, 1))
        events.append(EntityEvent(f"{stamp}-s", who, "session", start, minutes))
        if day in FEATURES:
            moment = start + timedelta(minutes=3)
            events.append(EntityEvent(f"{stamp}-f0", who, f"feature:{FEATURES[day]}", moment, 1))
    survey = Survey(f"{who}-n202608", who, 9, datetime(2026, 8, 20, 9, 30, tzinfo=UTC))
    ticket = Ticket(f"{who}-t20260812", who, datetime(2026, 8, 12, 8, 0, tzinfo=UTC), None)
    return events, [survey], [ticket]
