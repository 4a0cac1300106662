"""From a published figure back to the bytes that the source sent."""

from __future__ import annotations

import shutil

import pytest
import zstandard

from orchestration import receipt
from orchestration.settings import Problem, Settings

pytestmark = pytest.mark.slow

DAY = "x:1500000000000000101,2026-07-03"


def test_n20_a_receipt_lists_the_page_files_of_a_row_and_verifies_their_hashes(rehearsed):
    """N20: the row's own account and day, each file verified, and the figure stands in the pages."""
    settings = Settings.load(rehearsed, {})
    row, evidence = receipt.receipt(settings, "fct_account_daily", DAY)
    assert {each.verdict for each in evidence} == {"verified"}
    assert {each.raw_table for each in evidence} == {"raw_x.posts", "raw_x.users"}
    assert all("/1500000000000000101." in each.file for each in evidence)
    pages = [
        zstandard.open(settings.landing / each.file, "rt").read() for each in evidence if "users" in each.raw_table
    ]
    assert any(f'"followers_count":{row["followers"]}' in page.replace(" ", "") for page in pages)


def test_n20_a_ratio_is_traced_to_the_sources_of_both_its_sides(rehearsed):
    _, evidence = receipt.receipt(
        Settings.load(rehearsed, {}), "kpi_tree_nodes", "aozora.leads,1,lead_rate,day,2026-07-03"
    )
    assert {each.raw_table.partition(".")[0] for each in evidence} == {"raw_ga4", "raw_hubspot"}


def test_n20_a_page_file_that_was_touched_is_named(rehearsed, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(rehearsed, home, symlinks=True)
    settings = Settings.load(home, {})
    _, evidence = receipt.receipt(settings, "fct_account_daily", DAY)
    with (settings.landing / evidence[0].file).open("ab") as file:
        file.write(b"\n")
    _, again = receipt.receipt(settings, "fct_account_daily", DAY)
    assert [each.verdict for each in again] == ["changed", *["verified"] * (len(evidence) - 1)]


@pytest.mark.parametrize(
    ("table", "key", "said"),
    [
        ("nowhere", "1", "there is no published table nowhere"),
        ("fct_account_daily", "x:1", "a row of fct_account_daily is named by account_id, date"),
        ("fct_account_daily", "x:1,2026-07-03", "fct_account_daily has no row x:1,2026-07-03"),
    ],
)
def test_a_row_that_is_not_there_is_said_in_one_sentence(rehearsed, table, key, said):
    with pytest.raises(Problem, match=said):
        receipt.receipt(Settings.load(rehearsed, {}), table, key)
