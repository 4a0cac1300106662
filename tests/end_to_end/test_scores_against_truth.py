"""Events of the product and the engagement scores made of them equal a computation in plain Python."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta

import pytest

from sandbox.fixture import fixture_month
from tests.end_to_end.marts import mart
from tests.end_to_end.truth import Truth, instant

pytestmark = pytest.mark.slow

SCALE = 150


@pytest.fixture(scope="module")
def truth(rehearsed) -> Truth:
    return Truth(rehearsed)


def events_of(truth: Truth) -> dict[tuple[str, str], dict]:
    """Return every event, answer and ticket as the marts name them."""
    found = {}
    for row in truth.rows("entity_events"):
        found["product_events", row["event_id"]] = event(
            row, row["event_type"], row["occurred_at"], float(row["quantity"])
        )
    for row in truth.rows("surveys"):
        score = int(row["score"])
        kind = "nps_promoter" if score >= 9 else "nps_passive" if score >= 7 else "nps_detractor"
        key = "survey_responses", f"{row['response_id']}:{row['question_id']}"
        found[key] = event(row, kind, row["responded_at"], float(score))
    for row in truth.rows("tickets"):
        for what in ("opened", "closed"):
            if row[f"{what}_at"]:
                key = "support_tickets", f"{row['ticket_id']}:{what}"
                found[key] = event(row, f"ticket_{what}", row[f"{what}_at"], 1.0)
    return found


def event(row: dict[str, str], kind: str, when: str, quantity: float) -> dict:
    occurred_at = instant(when)
    return {
        "entity_id": row["entity_id"], "event_type": kind, "occurred_at": occurred_at,
        "event_date": occurred_at.date(), "quantity": quantity,
    }  # fmt: skip


def test_every_event_answer_and_ticket_is_there_once(rehearsed, truth):
    columns = ["entity_id", "event_type", "occurred_at", "event_date", "quantity"]
    assert mart(rehearsed, "fct_entity_events", "source, event_id", columns) == events_of(truth)


def test_scores_are_those_of_the_written_rules(rehearsed, truth):
    by_customer = defaultdict(list)
    for (source, event_id), found in events_of(truth).items():
        by_customer[found["entity_id"]].append({"source": source, "event_id": event_id, **found})
    expected = {}
    for period_type, start, end in periods(truth):
        until = min(end, truth.last)
        for customer, events in by_customer.items():
            if min(each["event_date"] for each in events) <= until:
                expected[customer, period_type, start] = judged(score(events, start, until))
    columns, where = ["score", "score_pct", "band", "action_id"], "model_id = 'customer_health'"
    assert mart(rehearsed, "engagement_scores", "entity_id, period_type, period_start", columns, where) == expected


def test_the_written_rules_give_the_worked_example_its_90_of_150():
    """Weekly login, three features, sessions of 30 minutes, a promoter and one open ticket."""
    used, answers, tickets = fixture_month()
    events = [{"source": "product_events", **vars(each), "event_date": each.occurred_at.date()} for each in used]
    events += [
        {"source": "survey_responses", "event_id": each.response_id, "event_type": "nps_promoter",
         "occurred_at": each.responded_at, "event_date": each.responded_at.date()}
        for each in answers if each.score >= 9
    ]  # fmt: skip
    events += [
        {"source": "support_tickets", "event_id": f"{each.ticket_id}:opened", "event_type": "ticket_opened",
         "event_date": each.opened_at.date()}
        for each in tickets
    ]  # fmt: skip
    points = score(events, date(2026, 8, 1), date(2026, 8, 31))
    assert (points, judged(points)["score_pct"]) == (25 + 30 + 15 + 25 - 5, 60.0)


def periods(truth: Truth) -> list[tuple[str, date, date]]:
    """Return the months and the quarters that the world touches."""
    found = {}
    for day in truth.days:
        month, quarter = day.month, (day.month - 1) // 3 * 3 + 1
        for kind, first, last in (("month", month, month), ("quarter", quarter, quarter + 2)):
            end = date(day.year, last, monthrange(day.year, last)[1])
            found[kind, date(day.year, first, 1)] = end
    return [(kind, start, end) for (kind, start), end in found.items()]


def score(events: list[dict], start: date, until: date) -> int:
    """Return the points of one customer from `start` up to and with `until`."""
    in_period = [each for each in events if start <= each["event_date"] <= until]
    use = [each for each in in_period if each["source"] == "product_events"]
    length = (until - start).days + 1
    logins = {(each["event_date"] - start).days for each in use if each["event_type"] == "login"}
    # what is left over after whole weeks belongs to the last of them
    weeks = max(length // 7, 1)
    weeks_with_login = {min(day // 7, weeks - 1) for day in logins}
    login = 50 if len(logins) >= 0.8 * length else 25 if len(weeks_with_login) >= 0.75 * weeks else 0
    features = {each["event_type"] for each in use if each["event_type"].startswith("feature:")}
    minutes = [each["quantity"] for each in use if each["event_type"] == "session"]
    stay = 5 * int(sum(minutes) / len(minutes) // 10) if minutes else 0
    recent = until - timedelta(days=29)
    is_silent = not any(each["source"] == "product_events" and recent <= each["event_date"] <= until for each in events)
    answers = sorted(
        (each["occurred_at"], each["event_type"]) for each in in_period if each["event_type"].startswith("nps_")
    )
    mood = {"nps_promoter": 25, "nps_detractor": -25}.get(answers[-1][1], 0) if answers else 0
    return login + min(10 * len(features), 50) + min(stay, 25) - 50 * is_silent + mood - 5 * open_tickets(events, until)


def open_tickets(events: list[dict], until: date) -> int:
    tickets = {
        what: {
            each["event_id"].rsplit(":", 1)[0]
            for each in events
            if each["event_type"] == f"ticket_{what}" and each["event_date"] <= until
        }
        for what in ("opened", "closed")
    }
    return len(tickets["opened"] - tickets["closed"])


def judged(points: int) -> dict:
    percent = 100 * points / SCALE
    return {
        "score": points,
        "score_pct": percent,
        "band": "high" if points >= 100 else "mid" if points >= 50 else "risk",
        "action_id": "upsell" if percent >= 80 else "re_engage" if percent < 40 else None,
    }
