"""From a published figure back to the bytes that the source sent."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
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


def test_n20_a_figure_of_dropped_files_is_traced_to_the_files_and_their_hashes(rehearsed):
    """N20: the visits of a week stand on the file that counted them, and a score on those of its customer."""
    settings = Settings.load(rehearsed, {})
    _, evidence = receipt.receipt(settings, "channel_metrics_weekly", "aozora,2026-06-29,offline_visits")
    assert {(each.raw_table, each.verdict) for each in evidence} == {("raw_files.offline_contacts", "verified")}
    assert [Path(each.file).name.partition(".")[0] for each in evidence] == ["offline_contacts-2026-07-05"]
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        key = ",".join(
            map(str, con.execute("select model_id, model_version, entity_type, entity_id, period_type, period_start"
                                 " from marts.engagement_scores where entity_id = 'aozora-c0001' limit 1").fetchone())
        )  # fmt: skip
    _, evidence = receipt.receipt(settings, "engagement_scores", key)
    dropped = [each for each in evidence if each.raw_table == "raw_files.product_events"]
    assert dropped
    assert {each.verdict for each in evidence} == {"verified"}


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
