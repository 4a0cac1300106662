"""Every row of the fault matrix has a test that exists, and the page says what the matrix says."""

from __future__ import annotations

import re

import pytest

from tests import fault_matrix

ROWS = fault_matrix.rows()


def test_there_are_forty_five_rows():
    assert list(ROWS) == list(range(1, 46))


@pytest.mark.parametrize("number", ROWS)
def test_each_test_of_a_row_exists(number):
    assert ROWS[number]["tests"]
    for test in ROWS[number]["tests"]:
        file, _, name = test.partition("::")
        text = (fault_matrix.TESTS / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", text, re.MULTILINE), test


def test_the_page_of_faults_is_current():
    assert fault_matrix.PAGE.read_text(encoding="utf-8") == fault_matrix.page(), "run python -m tests.fault_matrix"
