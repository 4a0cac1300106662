"""Each page in each language, walked once over a publication whose texts attack, far from the brands' zone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dashboard.words import LANGUAGES, Words
from tests.dashboard.conftest import opened

pytestmark = pytest.mark.slow
PAGES = ("overview", "funnel", "kpi_tree", "score", "posts", "diagnosis", "review", "health")
HOSTILE = (
    '<script>window.struck=1</script><img src=x onerror="window.struck=1">'
    "![a](http://elsewhere.example/a.png) [b](javascript:window.struck=1) :material/home: $x^2$ =HYPERLINK(1)"
)
ATTACK = (
    f"update marts.dim_posts set text = '{HOSTILE}', permalink = 'javascript:window.struck=1'",
    f"update marts.dim_accounts set handle = '{HOSTILE}', brand_name = '{HOSTILE}'",
    f"update marts.source_loads set error = '{HOSTILE}', status = 'failed' where source = 'x'",
)
WEEK = {"brand": "aozora", "by": "week", "from": "2026-07-06"}
OF = "brand_id = 'aozora' and period_type = 'week' and period_start = '2026-07-06'"
COUNT, RATE = "format('{:,}', cast(round(%s) as bigint))", "printf('%%.1f %%%%', 100 * %s)"
# What each page has to show, written by the database.
FIGURES = {
    "overview": (
        f"select '¥' || {COUNT % 'actual'} from marts.kpi_tree_nodes where {OF} and node_id = 'revenue'",
        f"select {COUNT % 'actual'} from marts.kpi_tree_nodes"
        f" where {OF} and depth = 0 and unit not in ('currency', 'rate')",
        f"select {COUNT % 'value'} || ' · ' || {RATE % 'attainment'} from marts.funnel_periods"
        f" where {OF} and value >= 100",
    ),
    "funnel": (
        f"select {COUNT % 'value'} from marts.funnel_periods where {OF} and value >= 100",
        f"select {RATE % 'attainment'} from marts.funnel_periods where {OF}",
        f"select {COUNT % 'target'} from marts.funnel_periods where {OF}",
        f"select {RATE % 'rate'} from marts.funnel_leaks where {OF} and rate < 10",
    ),
    "kpi_tree": (
        f"select {COUNT % 'actual'} from marts.kpi_tree_nodes where {OF} and kgi_id = 'sales' and actual >= 100",
        f"select {COUNT % 'abs(contribution)'} from marts.kpi_tree_contributions"
        f" where {OF} and kgi_id = 'sales' and abs(contribution) >= 100",
    ),
    "score": (
        "select format('{:,}', count(*)) from marts.engagement_scores where model_id = 'customer_health'"
        " and period_type = 'month' and is_newest group by band",
        f"select {COUNT % 'max(score)'} || ' / ' || {COUNT % 'max(scale_max)'} from marts.engagement_scores"
        " where model_id = 'customer_health' and period_type = 'month' and is_newest",
    ),
    "posts": (
        "select cast(exposure_to_date as varchar) from marts.post_performance where brand_id = 'aozora'"
        " and published_date between '2026-07-06' and '2026-07-12' order by exposure_to_date desc limit 8",
    ),
    "diagnosis": (
        f"select {COUNT % 'abs(delta_total)'} from marts.impression_triage"
        " inner join marts.dim_accounts using (account_id) where brand_id = 'aozora'"
        " order by incident_start desc, account_id limit 1",
        f"select {COUNT % 'exposure'} from marts.exposure_review where {OF}",
    ),
    "review": (
        f"select {COUNT % 'value'} from marts.account_periods where {OF} and metric_id in ('views', 'engagements')",
        f"select {COUNT % 'exposure'} from marts.weekly_review where brand_id = 'aozora'"
        " and week_start = '2026-07-06' and step = 1",
    ),
    "health": (
        "select format('{:,}', count(*)) from marts.restatements where brand_id = 'aozora'"
        " and date between '2026-07-06' and '2026-07-12' group by source, native_metric_name",
        "select strftime(data_through, '%Y-%m-%d') from marts.publication",
    ),
}


@dataclass
class Walk:
    """What was seen on the way through all pages."""

    language: str
    titles: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    struck: object = None
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module", params=LANGUAGES)
def walk(request, browser, shared_stage) -> Iterator[Walk]:
    words, seen = Words(request.param), Walk(request.param)
    _fail_an_expectation(shared_stage.publish(*ATTACK).with_suffix(".json"))
    with opened(browser, shared_stage.address, timezone_id="America/Los_Angeles") as tab:
        tab.go(lang=seen.language, **WEEK)
        for name in PAGES:
            tab.follow(words(f"page.{name}"))
            seen.titles[name] = tab.page.locator("h1").inner_text()
            seen.texts[name] = tab.text()
            seen.faults[name] = tab.page.locator(
                "[data-testid=stException], main a[href^='javascript'], img[src*=elsewhere], main script"
            ).count()
        seen.struck = tab.page.evaluate("window.struck")
        seen.outside, seen.errors = tab.outside, tab.errors
    shared_stage.restore()
    yield seen


def _fail_an_expectation(manifest: Path) -> None:
    told = json.loads(manifest.read_text("utf-8"))
    told["expectations"][0] |= {"success": False, "severity": "warning", "observed": HOSTILE, "why": HOSTILE}
    manifest.write_text(json.dumps(told), "utf-8")


def test_every_page_opens_under_its_name_without_a_complaint_or_a_request_to_elsewhere(walk):
    assert walk.titles == {name: Words(walk.language)(f"page.{name}") for name in PAGES}
    assert walk.outside == []
    assert walk.errors == []


def test_a_hostile_text_is_shown_and_does_nothing(walk):
    assert walk.faults == dict.fromkeys(PAGES, 0)
    assert walk.struck is None
    assert all(HOSTILE in walk.texts[name] for name in ("posts", "review", "diagnosis", "health"))


@pytest.mark.parametrize("page", PAGES)
def test_the_figures_of_a_page_are_those_of_the_marts(page, walk, marts):
    wanted = {written for sql in FIGURES[page] for (written,) in marts.execute(sql).fetchall()} - {None}
    assert len(wanted) > 1
    assert {figure for figure in wanted if figure not in walk.texts[page]} == set()


def test_a_day_is_a_day_of_the_brand_wherever_the_browser_is(walk):
    assert "07-01" in walk.texts["funnel"]
    assert "06-30" not in walk.texts["funnel"]


def test_no_unknown_is_shown_as_a_word_of_a_program(walk):
    for name, text in walk.texts.items():
        assert [
            word for word in ("None", "NaN", "nan", "null", "undefined", "不明回", "不明件") if word in text
        ] == [], name
