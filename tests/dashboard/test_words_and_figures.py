"""Every word is there in both languages, and a figure is written as its unit asks."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
import yaml

from dashboard import figures
from dashboard.words import LANGUAGES, Words, every
from orchestration.settings import DBT_PROJECT, REPOSITORY

SOURCES = [path for folder in ("dashboard", "orchestration/kpi") for path in (REPOSITORY / folder).rglob("*.py")]
# Words whose keys are put together from a name, and where the names are.
MADE = ("page.", "column.", "value.", "tree.kpi_", "review.step_")


def test_every_word_that_a_page_uses_is_known_and_every_known_one_is_used():
    used = {
        key for path in SOURCES for key in re.findall(r'words\(\s*["\']([a-z_.0-9]+)["\']', path.read_text("utf-8"))
    }
    assert used <= set(every())
    assert {key for key in every() if not key.startswith(MADE)} - used == set()


def test_every_word_has_both_languages_with_the_same_places_to_fill():
    for key, row in every().items():
        places = [sorted(re.findall(r"{(\w+)}", row[language])) for language in LANGUAGES]
        assert all(row[language].strip() for language in LANGUAGES), key
        assert places[0] == places[1], key


def test_every_value_that_a_mart_may_hold_in_a_shown_column_has_a_word():
    shown = {"status", "verdict", "incident_verdict"}
    allowed = set()
    for path in (DBT_PROJECT / "models" / "marts").rglob("*__models.yml"):
        for model in yaml.safe_load(path.read_text("utf-8"))["models"]:
            for column in model["columns"]:
                for test in column.get("data_tests", []):
                    if column["name"] in shown and isinstance(test, dict) and "accepted_values" in test:
                        allowed |= set(test["accepted_values"]["arguments"]["values"])
    assert {"on_track", "exonerated"} <= allowed
    assert {value for value in allowed if f"value.{value}" not in every()} == set()


@pytest.mark.parametrize(
    ("value", "unit", "currency", "written"),
    [
        (None, "people", None, "–"),
        (0, "people", None, "0"),
        (12345, "people", None, "12,345"),
        (0.1234, "rate", None, "12.3 %"),
        (-0.5, "rate", None, "−50.0 %"),
        (Decimal("1234.50"), "currency", "EUR", "€1,234"),
        (-1234, "currency", "JPY", "−¥1,234"),
        (1234, "currency", "SEK", "1,234 SEK"),
        (27.625, "deals", None, "27.6"),
    ],
)
def test_a_figure_is_written_in_its_unit(value, unit, currency, written):
    assert figures.shown(value, unit, currency) == written


def test_a_change_has_its_sign_and_none_is_no_change():
    assert [figures.change(value) for value in (5, -5, 0, None)] == ["+5", "−5", "0", "–"]


def test_a_difference_of_rates_is_told_in_points():
    assert [figures.points(value) for value in (0.0042, -0.1, None)] == ["+0.4 pt", "−10.0 pt", "–"]


def test_a_day_has_its_weekday_in_the_readers_language():
    assert [figures.day(date(2026, 8, 30), language) for language in LANGUAGES] == [
        "Sun 2026-08-30",
        "2026-08-30(日)",
    ]


def test_an_unknown_value_is_shown_as_it_is_and_an_unknown_word_is_a_fault():
    assert Words("ja").value("new_status") == "new status"
    with pytest.raises(KeyError):
        Words("ja")("no.such.word")
