"""Superset reads the published file by the address that docs/bi.md gives, draws its figures, and can't write to it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

import pytest

from orchestration.settings import REPOSITORY
from tests.dashboard.conftest import opened

ADDRESS = "duckdb:////srv/warehouse/published/marts.duckdb?access_mode=READ_ONLY"
BUNDLE = REPOSITORY / "docs" / "superset"
CHARTS = {
    "Goals by week": """
        select brand_id, period_start, label_en, actual, target, attainment, status from marts.kpi_tree_nodes
        where period_type = 'week' and depth = 0 order by period_start desc, brand_id, label_en limit 50
    """,
    "Funnel: value / target by week": """
        select period_start, brand_id, label_en, attainment as stage_attainment from marts.funnel_periods
        where period_type = 'week'
    """,
    "What moved revenue, by week": """
        select period_start, brand_id, label_en, contribution as contribution_sum from marts.kpi_tree_contributions
        where period_type = 'week' and kgi_id = 'sales'
    """,
    "Followers by account": """
        select date, brand_id, platform, account_id, followers as followers_of_account from marts.fct_account_daily
    """,
}


@pytest.fixture(scope="module")
def imported(superset, rehearsed) -> None:
    """Import the dashboard of docs/superset, its address changed to the rehearsed home's."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for path in BUNDLE.rglob("*.*"):
            text = path.read_text("utf-8").replace("/srv/warehouse", str(rehearsed))
            file.writestr(f"superset/{path.relative_to(BUNDLE)}", text)
    bundle = ("superset.zip", packed.getvalue(), "application/zip")
    done = superset.post("dashboard/import/", files={"formData": bundle}, passwords="{}", overwrite="true")
    assert done.status_code == 200, done.text


@pytest.mark.parametrize("place", ["docs/bi.md", "docs/superset/databases/marts.yaml"])
def test_recipe_and_dashboard_give_the_same_address(place):
    assert set(re.findall(r"duckdb:\S+READ_ONLY", (REPOSITORY / place).read_text("utf-8"))) == {ADDRESS}


@pytest.mark.parametrize("name", CHARTS)
def test_each_chart_of_the_imported_dashboard_shows_the_figures_of_its_mart(superset, imported, marts, name):
    known = {chart["slice_name"]: chart["id"] for chart in superset.get("chart/").json()["result"]}
    told = superset.get(f"chart/{known[name]}/data/")
    assert told.status_code == 200, told.text
    wanted = marts.execute(CHARTS[name])
    columns = [column[0] for column in wanted.description]
    shown = [tuple(_plain(row[column]) for column in columns) for row in told.json()["result"][0]["data"]]
    rows = [tuple(map(_plain, row)) for row in wanted.fetchall()]
    assert len(rows) > 6
    assert sorted(shown, key=str) == sorted(rows, key=str)


def test_the_imported_dashboard_is_drawn_without_an_error_or_a_request_to_elsewhere(superset, imported, browser):
    with opened(browser, superset.address) as tab:
        refused = []  # by the policy of the page itself, so that nothing was sent
        tab.page.on("requestfailed", lambda request: refused.append(request.url) if request.failure == "csp" else None)
        superset.sign_in(tab.page)
        tab.page.goto(f"{superset.address}/superset/dashboard/social-metrics/")
        for name in CHARTS:
            tab.page.get_by_text(name, exact=True).first.wait_for(timeout=60_000)
        tab.page.locator(".chart-container canvas").nth(2).wait_for(timeout=60_000)
        assert tab.page.locator("[role=alert]").all_inner_texts() == []
        assert set(tab.outside) <= set(refused)


def test_sql_lab_reads_and_may_not_write(superset, imported):
    found = superset.get("database/").json()["result"]
    database = next(each["id"] for each in found if each["database_name"] == "marts")
    told = superset.post("sqllab/execute/", database_id=database, sql="from marts.publication", runAsync=False)
    assert told.status_code == 200, told.text
    assert len(told.json()["data"]) == 1
    allowed = superset.put(f"database/{database}", allow_dml=True)
    assert allowed.status_code == 200, allowed.text
    write = "create table marts.mine as select 1 as one"
    refused = superset.post("sqllab/execute/", database_id=database, sql=write, runAsync=False)
    assert refused.status_code != 200
    assert "read-only" in refused.text


def _plain(value):
    """A date as Superset sends it, milliseconds since 1970, as a day; a number as a rounded one."""
    if isinstance(value, int | float) and value > 10**12:
        return f"{datetime.fromtimestamp(value / 1000, UTC):%Y-%m-%d}"
    return float(f"{value:.10g}") if isinstance(value, int | float) else None if value is None else str(value)
