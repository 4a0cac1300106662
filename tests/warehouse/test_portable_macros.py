"""The macros in which the engines differ, one by one; Spark's turn is in tests/scale_out."""

from __future__ import annotations

from orchestration.settings import Settings
from tests.warehouse import portable_macros


def test_every_portable_macro_has_a_case():
    assert portable_macros.declared() == set(portable_macros.CASES)


def test_every_portable_macro_gives_on_duckdb_what_it_promises(tmp_path):
    assert portable_macros.given(Settings.load(tmp_path, {}), {}) == portable_macros.expected()
