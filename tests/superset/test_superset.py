"""Superset reads the published file by the address that docs/bi.md gives, and can't write to it."""

from __future__ import annotations

import re

import duckdb
import pytest

from orchestration.settings import REPOSITORY

ADDRESS = "duckdb:////srv/warehouse/published/marts.duckdb?access_mode=READ_ONLY"


@pytest.fixture(scope="module")
def database(superset, rehearsed) -> int:
    address = ADDRESS.replace("/srv/warehouse", str(rehearsed))
    made = superset.post(
        "database/", database_name="marts", sqlalchemy_uri=address, expose_in_sqllab=True, allow_dml=True
    )
    assert made.status_code == 201, made.text
    return made.json()["id"]


def ask(superset, database: int, sql: str):
    return superset.post("sqllab/execute/", database_id=database, sql=sql, runAsync=False)


def test_the_address_is_the_one_that_the_recipe_gives():
    assert re.findall(r"duckdb:\S+READ_ONLY", (REPOSITORY / "docs" / "bi.md").read_text("utf-8")) == [ADDRESS]


def test_a_chart_shows_the_figures_of_the_mart(superset, database, rehearsed):
    made = superset.post("dataset/", database=database, schema="marts", table_name="funnel_daily")
    assert made.status_code == 201, made.text
    total = {"expressionType": "SQL", "sqlExpression": "sum(value)", "label": "total"}
    query = {
        "columns": ["stage"],
        "metrics": [total],
        "row_limit": 10,
        "filters": [{"col": "stage", "op": "==", "val": "interest"}],
    }
    told = superset.post(
        "chart/data", datasource={"id": made.json()["id"], "type": "table"}, queries=[query], result_type="full"
    )
    assert told.status_code == 200, told.text
    with duckdb.connect(str((rehearsed / "published" / "marts.duckdb").resolve()), read_only=True) as con:
        wanted = con.execute("select sum(value) from marts.funnel_daily where stage = 'interest'").fetchone()[0]
    assert told.json()["result"][0]["data"] == [{"stage": "interest", "total": wanted}]


def test_sql_lab_reads_and_may_not_write(superset, database):
    told = ask(superset, database, "select count(*) as n from marts.publication")
    assert told.status_code == 200, told.text
    assert told.json()["data"] == [{"n": 1}]
    refused = ask(superset, database, "create table marts.mine as select 1 as one")
    assert refused.status_code != 200
    assert "read-only" in refused.text
