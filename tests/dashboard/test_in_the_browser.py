"""The dashboard in headless Chromium, as a reader has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard import figures
from dashboard.words import Words
from tests.dashboard.conftest import opened

pytestmark = pytest.mark.slow
WEEK = {"brand": "aozora", "by": "week", "from": "2026-07-06"}
COUNT_CLICKS = "window.clicks = 0; addEventListener('click', event => window.clicks += event.isTrusted, true)"


def test_an_address_opens_its_page_with_its_language_brand_and_period(browser, stage):
    with opened(browser, stage.address) as tab:
        tab.go("funnel", lang="ja", brand="nordlicht", by="week", **{"from": "2026-07-06"})
        assert tab.page.locator("h1").inner_text() == "ファネル"
        tab.page.wait_for_function("document.title === 'ファネル · social-metrics-warehouse'")
        chosen = tab.page.locator("section[data-testid=stSidebar] input").evaluate_all("all => all.map(e => e.value)")
        assert chosen == ["日本語", "Nordlicht Outdoor", "週", "2026-07-06 – 07-12"]
        assert tab.errors == []


def test_a_newcomer_finds_in_three_clicks_why_the_goal_moved_and_which_post_did_it(browser, stage, marts):
    """From the bare address: one click for the first goal of the last whole week, three for any other."""
    with opened(browser, stage.address) as tab:
        tab.page.add_init_script(COUNT_CLICKS)
        tab.go()
        tab.follow("Why it moved")
        assert tab.page.evaluate("window.clicks") == 1
        _tells_why_and_which_post(tab, *_moved(marts, "sales"), *_post_of_revenue(marts))
        tab.page.locator("[data-testid=stSelectbox]").filter(has_text="Goal").locator("input").click()
        tab.page.get_by_role("option", name="Views").click()
        tab.rest()
        assert tab.page.evaluate("window.clicks") == 3
        _tells_why_and_which_post(tab, *_moved(marts, "awareness"), *_post_of_views(marts))


def _tells_why_and_which_post(tab, part: str, contribution: str, text: str, change: str) -> None:
    written = tab.text()
    assert "unfolded" in written and part in written and contribution in written
    first = tab.page.locator("[data-testid=stDataFrame]").filter(has_text=text[:20]).first.locator("tbody tr").first
    cells = first.locator("td").all_inner_texts()
    assert (cells[0], cells[-1]) == (text, change)


def _moved(marts, goal: str) -> tuple[str, str]:
    """The largest part of the goal's change, and how it is written."""
    label, contribution = marts.execute(
        "select label_en, contribution from marts.kpi_tree_contributions where tree_id = ? and period_type = 'week'"
        " and period_start = '2026-07-06' order by abs(contribution) desc limit 1",
        [f"aozora.{goal}"],
    ).fetchone()
    return label, figures.change(contribution, "currency" if goal == "sales" else "", "JPY")


def _post_of_revenue(marts) -> tuple[str, str]:
    text, change = marts.execute(
        """
        select any_value(post.text),
            coalesce(sum(revenue_linear) filter (conversion_date >= '2026-07-06'), 0)
            - coalesce(sum(revenue_linear) filter (conversion_date < '2026-07-06'), 0) as change
        from marts.conversion_credits inner join marts.dim_posts as post using (post_id)
        where post.brand_id = 'aozora' and conversion_date between '2026-06-29' and '2026-07-12'
        group by post_id order by abs(change) desc, post_id limit 1
        """
    ).fetchone()
    return text, figures.change(change, "currency", "JPY")


def _post_of_views(marts) -> tuple[str, str]:
    text, change = marts.execute(
        """
        select any_value(post.text), coalesce(sum(views) filter (date >= '2026-07-06'), 0)
            - coalesce(sum(views) filter (date < '2026-07-06'), 0) as change
        from marts.fct_post_daily inner join marts.dim_posts as post using (post_id)
        where post.brand_id = 'aozora' and date between '2026-06-29' and '2026-07-12'
        group by post_id order by abs(change) desc, post_id limit 1
        """
    ).fetchone()
    return text, figures.change(change)


def test_a_publication_flipped_under_an_open_page_is_seen_with_its_date_at_the_next_click(browser, stage, marts):
    """Twice, and the version before is pruned each time, as a publication prunes the oldest."""
    (through,) = marts.execute("select data_through from marts.publication").fetchone()
    before = None
    with opened(browser, stage.address) as tab:
        tab.go(lang="en", **WEEK)
        for n, revenue in ((1, 1234567), (2, 7654321)):
            version = stage.publish(
                f"update marts.kpi_tree_nodes set actual = {revenue} where node_id = 'revenue'",
                f"update marts.publication set data_through = data_through + {n}",
            )
            if before:
                before.unlink()
            before = version
            tab.follow("Funnel")
            tab.follow("Overview")
            assert tab.page.locator("[data-testid=stMetricValue]").first.inner_text() == f"¥{revenue:,}"
            assert tab.page.locator("[data-testid=stException]").count() == 0
            assert f"Data through {through.replace(day=through.day + n):%Y-%m-%d}" in tab.text()
        assert tab.errors == []


def test_pages_are_reached_by_keyboard_alone(browser, stage):
    with opened(browser, stage.address) as tab:
        tab.go(lang="en", **WEEK)
        for _ in range(30):
            tab.page.keyboard.press("Tab")
            if tab.page.evaluate("document.activeElement.innerText").strip().endswith("KPI tree"):
                break
        tab.page.keyboard.press("Enter")
        tab.page.get_by_role("heading", name="KPI tree", exact=True).wait_for()


def test_the_lineage_of_all_columns_is_handed_over_as_the_page_that_the_publication_made(browser, stage):
    with opened(browser, stage.address) as tab:
        tab.go("health", lang="en", **WEEK)
        with tab.page.expect_download() as handed:
            tab.page.get_by_role("button", name="All columns as one page").click()
        made = stage.home / "published" / "lineage" / "columns.html"
        assert Path(handed.value.path()).read_bytes() == made.read_bytes()


def test_what_a_publication_lacks_is_said_and_never_an_error(browser, stage, marts):
    kept = {"publication", "dim_accounts", "funnel_periods", "dim_dates", "source_loads"}
    tables = {row[0] for row in marts.execute("select table_name from duckdb_tables()").fetchall()}
    stage.publish(*(f"drop table marts.{table}" for table in sorted(tables - kept)))
    words = Words("en")
    with opened(browser, stage.address) as tab:
        tab.go(lang="en", **WEEK)
        for name in ("overview", "kpi_tree", "score", "posts", "diagnosis", "review", "health"):
            tab.follow(words(f"page.{name}"))
            assert tab.page.locator("[data-testid=stException]").count() == 0, name
            assert name == "health" or "This publication has no table" in tab.text()


def test_before_the_first_publication_the_page_says_how_to_make_one(browser, stage):
    (stage.home / "published" / "marts.duckdb").unlink()
    with opened(browser, stage.address) as tab:
        tab.go(lang="ja")
        assert "まだ何も公開されていません" in tab.text()
        assert tab.errors == []
