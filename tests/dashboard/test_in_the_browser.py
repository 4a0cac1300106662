"""The dashboard in headless Chromium, as a reader has it."""

from __future__ import annotations

import duckdb
import pytest

from dashboard import figures
from dashboard.words import LANGUAGES, Words
from tests.dashboard.conftest import opened, publish_changed, served

pytestmark = pytest.mark.slow
PAGES = ("overview", "funnel", "kpi_tree", "score", "posts", "diagnosis", "review", "health")
HOSTILE = (
    '<script>window.struck=1</script><img src=x onerror="window.struck=1">'
    "![a](http://elsewhere.example/a.png) [b](javascript:window.struck=1) :material/home: $x^2$ =HYPERLINK(1)"
)
WEEK = {"brand": "aozora", "by": "week", "from": "2026-07-06"}


@pytest.fixture(scope="module")
def marts(rehearsed):
    with duckdb.connect(str((rehearsed / "published" / "marts.duckdb").resolve()), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        yield con


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_without_a_complaint_or_a_request_to_elsewhere(browser, dashboard, language):
    words = Words(language)
    with opened(browser, dashboard) as tab:
        tab.go(lang=language, **WEEK)
        for name in PAGES:
            tab.follow(words(f"page.{name}"))
            assert tab.page.locator("h1").inner_text() == words(f"page.{name}")
            assert tab.page.locator("[data-testid=stException]").count() == 0, name
            assert len(tab.text()) > 300
        assert tab.outside == []
        assert tab.errors == []


def test_an_address_opens_its_page_with_its_language_brand_and_period(browser, dashboard):
    with opened(browser, dashboard) as tab:
        tab.go("funnel", lang="ja", brand="nordlicht", by="week", **{"from": "2026-07-06"})
        assert tab.page.locator("h1").inner_text() == "ファネル"
        chosen = tab.page.locator("section[data-testid=stSidebar] input").evaluate_all("all => all.map(e => e.value)")
        assert chosen == ["日本語", "Nordlicht Outdoor", "週", "2026-07-06 – 07-12"]
        assert tab.errors == []


def test_the_goals_shown_are_those_of_the_mart(browser, dashboard, marts):
    wanted = marts.execute(
        "select unit, actual from marts.kpi_tree_nodes where brand_id = 'aozora' and depth = 0"
        " and period_type = 'week' and period_start = '2026-07-06'"
    ).fetchall()
    with opened(browser, dashboard) as tab:
        tab.go(lang="en", **WEEK)
        shown = tab.page.locator("[data-testid=stMetricValue]").all_inner_texts()
    assert sorted(shown) == sorted(figures.shown(actual, unit, "JPY") for unit, actual in wanted)


def test_the_funnel_shown_is_that_of_the_mart(browser, dashboard, marts):
    wanted = marts.execute(
        "select stage_order || '. ' || label_en, value from marts.funnel_periods where brand_id = 'aozora'"
        " and period_type = 'week' and period_start = '2026-07-06' order by stage_order"
    ).fetchall()
    with opened(browser, dashboard) as tab:
        tab.go("funnel", lang="en", **WEEK)
        # What a table is for a screen reader; what is seen is drawn on a canvas.
        table = tab.page.locator("[data-testid=stDataFrame]").first.locator("tbody tr")
        cells = [row.locator("td").all_inner_texts() for row in table.all()]
    assert [(row[0], row[1]) for row in cells] == [(label, figures.shown(value)) for label, value in wanted]


def test_a_newcomer_finds_in_three_clicks_why_the_goal_moved_and_which_post_did_it(browser, dashboard, marts):
    moved, part = marts.execute(
        "select label_en, contribution from marts.kpi_tree_contributions where tree_id = 'aozora.awareness'"
        " and period_type = 'week' and period_start = '2026-07-06' order by abs(contribution) desc limit 1"
    ).fetchone()
    (text,) = marts.execute(
        """
        select any_value(post.text) from marts.fct_post_daily inner join marts.dim_posts as post using (post_id)
        where post.brand_id = 'aozora' and date between '2026-06-29' and '2026-07-12'
        group by post_id
        order by abs(coalesce(sum(views) filter (date >= '2026-07-06'), 0)
                     - coalesce(sum(views) filter (date < '2026-07-06'), 0)) desc, post_id limit 1
        """
    ).fetchone()
    with opened(browser, dashboard) as tab:
        tab.go(lang="en", **WEEK)
        tab.follow("Why it moved")
        tab.page.locator("[data-testid=stSelectbox]").filter(has_text="Goal").locator("input").click()
        tab.page.get_by_role("option", name="Views").click()
        tab.rest()
        written = tab.text()
        assert f"The change of {moved}, unfolded" in written
        assert figures.change(part) in written
        posts = tab.page.locator("[data-testid=stDataFrame]").filter(has_text=text[:20])
        assert posts.first.locator("tbody tr").first.locator("td").first.inner_text() == text


def test_a_hostile_caption_does_nothing(browser, own_home):
    publish_changed(
        own_home,
        f"update marts.dim_posts set text = '{HOSTILE}', permalink = 'javascript:window.struck=1'",
        f"update marts.dim_accounts set handle = '{HOSTILE}', brand_name = '{HOSTILE}'",
        f"update marts.source_loads set error = '{HOSTILE}', status = 'failed'",
    )
    with served(own_home) as address, opened(browser, address) as tab:
        for name in PAGES:
            tab.go("" if name == "overview" else name, lang="en", **WEEK)
            assert tab.page.locator("[data-testid=stException]").count() == 0, name
            assert tab.page.evaluate("window.struck") is None
            assert tab.page.locator("main a[href^='javascript'], img[src*=elsewhere]").count() == 0
        assert tab.outside == []
        assert [error for error in tab.errors if "dialog" in error] == []


def test_a_publication_flipped_under_an_open_page_is_seen_with_its_date_at_the_next_click(browser, own_home, marts):
    (through,) = marts.execute("select data_through + 2 from marts.publication").fetchone()
    with served(own_home) as address, opened(browser, address) as tab:
        tab.go(lang="en", **WEEK)
        before = tab.page.locator("[data-testid=stMetricValue]").first.inner_text()
        for revenue in (1234567, 7654321):
            publish_changed(
                own_home,
                f"update marts.kpi_tree_nodes set actual = {revenue} where node_id = 'revenue'",
                "update marts.publication set data_through = data_through + 1",
            )
            tab.follow("Funnel")
            tab.follow("Overview")
            assert tab.page.locator("[data-testid=stMetricValue]").first.inner_text() == f"¥{revenue:,}" != before
            assert tab.page.locator("[data-testid=stException]").count() == 0
        assert f"Data through {through:%Y-%m-%d}" in tab.text()
        assert tab.errors == []


def test_what_a_publication_lacks_is_said_and_never_an_error(browser, own_home):
    kept = {"publication", "dim_accounts", "funnel_periods", "dim_dates", "source_loads"}
    with duckdb.connect(str((own_home / "published" / "marts.duckdb").resolve()), read_only=True) as con:
        tables = [row[0] for row in con.execute("select table_name from duckdb_tables()").fetchall()]
    publish_changed(own_home, *(f"drop table marts.{table}" for table in tables if table not in kept))
    with served(own_home) as address, opened(browser, address) as tab:
        for name in PAGES:
            tab.go("" if name == "overview" else name, lang="en", **WEEK)
            assert tab.page.locator("[data-testid=stException]").count() == 0, name
            if name != "health":
                assert "This publication has no table" in tab.text()


def test_before_the_first_publication_the_page_says_how_to_make_one(browser, tmp_path):
    with served(tmp_path) as address, opened(browser, address) as tab:
        tab.go(lang="ja")
        assert "まだ何も公開されていません" in tab.text()
        assert tab.errors == []
