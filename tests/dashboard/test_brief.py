"""The brief: static, small, two pages, and the same bytes for the same figures."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dashboard import brief, figures, svg
from dashboard.words import LANGUAGES
from tests.dashboard.conftest import publish_changed
from tests.end_to_end.conftest import warehouse

pytestmark = pytest.mark.slow
PROMISES = re.compile(r"\b(cause[sd]?|because|due to|led to|thanks to|guarantee\w*)\b", re.IGNORECASE)


def pages(home) -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in brief.write(home / "published" / "marts.duckdb")}


def test_the_daily_job_wrote_a_brief_of_each_brand_in_each_language(rehearsed):
    found = sorted(file.name for file in (rehearsed / "published" / "brief").iterdir())
    assert found == [f"{brand}.{language}.html" for brand in ("aozora", "nordlicht") for language in sorted(LANGUAGES)]


def test_two_publications_of_the_same_figures_differ_in_the_time_stamp_alone(own_home):
    """M115 and N17: two runs on the same data are byte-identical apart from the timestamp line."""
    before = pages(own_home)
    publish_changed(
        own_home, "update marts.publication set published_at = published_at + interval 1 day, run_id = 'other'"
    )
    after = pages(own_home)
    for name, text in before.items():
        changed = [(a, b) for a, b in zip(text.splitlines(), after[name].splitlines(), strict=True) if a != b]
        assert [re.sub(r"[\d: -]", "", a) for a, _ in changed] == ["<br><time>UTC</time>"]


def test_a_brief_is_static_small_and_asks_nothing_from_elsewhere(own_home):
    for text in pages(own_home).values():
        assert len(text.encode()) <= 300_000
        assert re.search(r"<script|<img|<link|<a |src=|href=|@import|url\(", text) is None


def test_no_sentence_says_more_than_its_figures_and_each_names_its_table(own_home):
    """The export text carries the label `association`, and no wording that claims a cause."""
    for name, text in pages(own_home).items():
        said = [unescape(re.sub("<[^>]+>", "", line)) for line in re.findall(r"<li[^>]*>(.*?)</li>", text)]
        assert len(said) >= 4
        assert all(re.search(r"marts\.\w+$", sentence) for sentence in said)
        if name.endswith(".en.html"):
            assert PROMISES.search(re.sub("association, not cause", "", unescape(text))) is None
            assert "association" in text


def test_the_goals_of_the_brief_are_those_of_the_mart(own_home):
    with duckdb.connect(str((own_home / "published" / "marts.duckdb").resolve()), read_only=True) as con:
        goals = con.execute(
            """
            select label_en, unit, actual from marts.kpi_tree_nodes
            where brand_id = 'nordlicht' and depth = 0 and period_type = 'week'
                and period_start = (select max(period_start) from marts.funnel_periods
                                    where not is_partial and period_type = 'week')
            """
        ).fetchall()
    text = unescape(re.sub("<[^>]+>", "|", pages(own_home)["nordlicht.en.html"]))
    assert goals
    for label, unit, actual in goals:
        assert re.search(rf"\|{re.escape(label)}\|+{re.escape(figures.shown(actual, unit, 'EUR'))}\|", text)


def test_an_action_whose_days_are_over_without_an_effect_is_in_the_brief(own_home):
    """M61: no effect row after its window: the brief says so; one that runs or has its effect is not told of."""
    publish_changed(
        own_home,
        *(
            "insert into marts.kpi_actions (action_id, brand_id, metric_id, description, started_on, window_end, state)"
            f" values ('{state}', 'aozora', 'views', 'Reply within the hour: {state}', '2026-07-01', '2026-07-07',"
            f" '{state}')"
            for state in ("no_result", "running", "rose")
        ),
    )
    found = pages(own_home)
    for name, text in found.items():
        assert ("Reply within the hour: no_result" in text) == name.startswith("aozora"), name
        assert "hour: running" not in text and "hour: rose" not in text


def test_the_steps_have_their_fixed_numbers_in_every_brief(own_home):
    """M115: the same order on the same page for everybody: sections, and steps 1 to 3 of every account."""
    found = pages(own_home)
    for text in found.values():
        steps = re.findall(r"<td>(\d)\. ", text)
        assert steps == ["1", "2", "3"] * (len(steps) // 3) != []
    assert found["aozora.en.html"].count("<section") == found["aozora.ja.html"].count("<section")


def test_hostile_texts_are_written_and_not_run(own_home):
    publish_changed(own_home, "update marts.dim_posts set text = '<script>x</script><img src=x onerror=y>'")
    for text in pages(own_home).values():
        assert "<script" not in text and "<img" not in text
        assert "&lt;script&gt;x&lt;/script&gt;" in text


def test_a_brief_prints_on_two_pages(browser, own_home):
    page = browser.new_page()
    for file in brief.write(own_home / "published" / "marts.duckdb"):
        page.goto(file.as_uri())
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 2, file.name
    page.close()


def test_the_command_writes_it_anew_and_names_the_files(own_home):
    (own_home / "published" / "brief" / "left.en.html").write_text("a brand that is no more")
    done = warehouse(own_home, "brief")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(list((own_home / "published" / "brief").iterdir())) == 4


def test_the_parts_of_a_waterfall_end_at_their_total():
    drawn = svg.waterfall(
        [{"label": "a", "amount": 3, "text": "+3"}, {"label": "b", "amount": -1, "text": "−1"}], "t", "+2", "title"
    )
    bars = [(float(x), float(width)) for x, width in re.findall(r'<rect x="([\d.]+)" y="\d+" width="([\d.]+)"', drawn)]
    (a, b, total), scale = bars, bars[0][1] / 3
    assert a[0] == total[0]
    assert b[0] + b[1] == pytest.approx(a[0] + a[1], abs=0.2)
    assert total[1] == pytest.approx(2 * scale, abs=0.2)


def test_lineage_is_written_with_the_publication_and_leads_from_a_mart_to_raw(rehearsed):
    folder = rehearsed / "published" / "lineage"
    traced = json.loads((folder / "columns.json").read_text("utf-8"))
    from dashboard import lineage_pages

    steps = list(lineage_pages.way(traced, "marts.fct_account_daily", "followers"))
    assert steps[0] == (0, "marts.fct_account_daily", "followers")
    assert {relation.split(".")[0] for _, relation, _ in steps} >= {"marts", "staging", "raw_instagram", "raw_x"}
    assert 'id="marts.fct_account_daily.followers"' in (folder / "columns.html").read_text("utf-8")


def test_each_table_in_dagster_names_its_place_on_the_lineage_page(rehearsed):
    with dg.DagsterInstance.from_config(str(rehearsed / ".warehouse" / "dagster")) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["marts", "funnel_daily"]))
    page, _, place = event.asset_materialization.metadata["lineage_page"].value.partition("#")
    assert Path(page) == rehearsed / "published" / "lineage" / "columns.html"
    assert place == "marts.funnel_daily"


def test_the_lineage_pages_work_without_a_network_and_report_to_nobody(rehearsed, browser):
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    file = rehearsed / "published" / "lineage" / "index.html"
    page.goto(f"{file.as_uri()}#!/model/model.social_metrics.funnel_daily")
    page.get_by_text("One row per brand, day and funnel stage").first.wait_for()
    page.goto(f"{file.with_name('columns.html').as_uri()}#marts.funnel_daily")
    assert page.locator(":target").inner_text() == "marts.funnel_daily"
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    page.close()
