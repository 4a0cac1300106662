"""GA4's days are asked as often as the source restates them, and what is asked again replaces the day whole."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from connectors.streams import Account
from orchestration import ingest, loading, raw
from orchestration.settings import Settings
from tests.connectors.scripted import Answer, Scripted
from tests.connectors.test_ga4 import EMPTY, report

FIRST, DAYS = date(2026, 7, 1), 100
ACCOUNTS = [Account("aozora", "ga4", "310000101", None, "Asia/Tokyo", "JPY", "GA4_TOKEN")]


class Property:
    """A property that calls a source `(data not available)` at first, and by its name from the third day on."""

    def __init__(self) -> None:
        self.asked: list[date] = []

    def __call__(self, asked) -> Answer:
        if not asked.path.endswith(":batchRunReports"):
            return Answer(b"", 404, {"Date": self.clock})
        (day_range,) = json.loads(asked.body)["requests"][0]["dateRanges"]
        day = date.fromisoformat(day_range["startDate"])
        self.asked.append(day)
        source = "instagram" if (self.present - day).days >= 3 else "(data not available)"
        dimensions = ("date", "landingPage", "sessionSource")
        traffic = report(dimensions, ("sessions",), [(f"{day:%Y%m%d}", "/", source, "9")])
        return Answer({"reports": [traffic, EMPTY, EMPTY, EMPTY]}, headers={"Date": self.clock})

    def at(self, present: date) -> None:
        self.present, self.clock = present, f"{present:%a, %d %b %Y} 12:00:00 GMT"
        self.asked.clear()


@pytest.fixture
def source():
    server = Scripted()
    server.answers = Property()
    yield server
    server.stop()


@pytest.fixture
def settings(tmp_path, source) -> Settings:
    environ = {"GA4_BASE_URL": source.url, "GA4_TOKEN": "a-token", "WAREHOUSE_PERSON_KEY": "a-key-for-tests-only"}
    return Settings.load(tmp_path, environ | {"WAREHOUSE_START_DATE": FIRST.isoformat()})


def run(settings, source, day: date, con=None) -> list[date]:
    source.answers.at(day + timedelta(days=1))
    harvest = ingest.fetch(settings, "ga4", ACCOUNTS, [day])
    assert harvest.shortfalls == []
    if con:
        loading.load_new(con, settings, "ga4", [day])
    return sorted(source.answers.asked)


def test_a_day_is_asked_at_the_ages_of_0_to_4_14_and_90_days_and_at_no_other(settings, source):
    ages = []
    for number in range(DAYS):
        run_day = FIRST + timedelta(days=number)
        ages += [(run_day - day).days for day in run(settings, source, run_day) if day == FIRST]
    assert ages == [0, 1, 2, 3, 4, 14, 90]
    asked = run(settings, source, FIRST + timedelta(days=DAYS))
    back = (90, 14, 4, 3, 2, 1, 0)
    assert asked == [FIRST + timedelta(days=DAYS - days) for days in back], "and that is all that a run asks"


def test_row_29_a_day_told_anew_leaves_no_ghost_of_its_earlier_rows(settings, source):
    """Row 29 of the fault matrix."""
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        for number in range(4):
            run(settings, source, FIRST + timedelta(days=number), con)
        told = con.execute(
            "select captured_at::date - window_date, source, sessions from raw_ga4.traffic where window_date = ?"
            " order by 1",
            [FIRST],
        ).fetchall()
    # Each capture is kept for the restatements, and no capture mixes the two names.
    assert told == [
        (1, "(data not available)", 9),
        (2, "(data not available)", 9),
        (3, "instagram", 9),
        (4, "instagram", 9),
    ]
