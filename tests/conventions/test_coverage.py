"""The page of what is proved says what the tests say."""

from __future__ import annotations

import pytest

from tests import coverage


def test_the_page_of_what_is_proved_is_current():
    assert coverage.PAGE.read_text(encoding="utf-8") == coverage.page(), "run python -m tests.coverage"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("M17: organic first.", ["M17"]),
        ("M3 and N13: no comparison. M5: never a sum.", ["M3", "N13", "M5"]),
        ("A sentence that mentions M17 in passing.", []),
    ],
)
def test_rows_are_those_at_the_start_of_a_sentence(text, rows):
    assert coverage.rows_named(text) == rows
