"""Every published ratio is its stored parts, and no join on documented keys multiplies."""

from __future__ import annotations

import itertools
import json

import duckdb
import pytest

from tests import catalogue

pytestmark = pytest.mark.slow
RATIOS = ("ratio", "share")
# Tables whose rows say what they count, so that no metric of the column does: value, upper side, lower side.
OF_LONG_TABLES = {
    "funnel_daily": [("conversion_rate", "value", "previous_value")],
    "funnel_periods": [("conversion_rate", "value", "previous_value")],
    "funnel_leaks": [("rate", "to_value", "from_value"), ("gap_pct", "gap", "base_rate")],
    "account_funnel_weekly": [("value_per_step", "value", "of_value")],
    "source_completeness": [("completeness", "accounts_loaded", "accounts")],
    "engagement_score_calibration": [("reach_share", "reach_n", "n")],
}


@pytest.fixture(scope="module")
def published(rehearsed):
    with duckdb.connect(str(rehearsed / "published" / "marts.duckdb"), read_only=True) as con:
        con.execute("set schema = 'marts'")
        yield con


@pytest.fixture(scope="module")
def manifest(rehearsed):
    return json.loads((rehearsed / ".warehouse" / "dbt" / "manifest.json").read_text(encoding="utf-8"))


def ratios(manifest) -> list[tuple[str, str, str, str]]:
    """Return table, column, numerator column and denominator column of every stored ratio."""
    known, found = catalogue.metrics(), []
    for table, model in catalogue.published(manifest).items():
        for column, metric in catalogue.measures(manifest, model).items():
            is_change = column.endswith(("_change", "_change_pct"))
            if known[metric]["kind"] in RATIOS and not is_change:
                said = catalogue.meta(model["columns"][column])
                sides = [said.get(side) or known[metric][side] for side in ("numerator", "denominator")]
                found.append((table, column, *sides))
    return found


def test_every_ratio_recomputes_from_its_stored_parts_on_every_row(published, manifest):
    """M12: value = numerator / denominator on 100 % of rows, and over zero or the unknown there is none."""
    checked = ratios(manifest)
    assert {table for table, *_ in checked} >= {"post_performance", "exposure_review", "fct_site_daily"}
    for table, column, numerator, denominator in checked:
        wrong = published.execute(
            f"select count(*) from {table} where {column} is distinct from"
            f" cast({numerator} as double) / nullif(cast({denominator} as double), 0)"
            f" and not coalesce(abs({column} * {denominator} - {numerator}) <= 1e-9 * abs({numerator}), false)"
        ).fetchone()
        assert wrong == (0,), f"{table}.{column}"


def test_every_ratio_of_a_long_table_recomputes_too(published):
    """M12: where rows name their metric, the numerator and denominator stand beside the value."""
    wrong = published.execute(
        "select count(*) from account_periods as p inner join dim_metrics as m"
        " on p.metric_id = m.metric_id and m.is_in_force and m.kind in ('ratio', 'share')"
        " where p.value is distinct from p.numerator / nullif(p.denominator, 0)"
    ).fetchone()
    assert wrong == (0,)


@pytest.mark.parametrize("table", OF_LONG_TABLES)
def test_every_rate_of_a_table_of_steps_is_its_two_sides(table, published):
    """M12: also where the row names what is counted, a rate is the quotient that stands beside it."""
    for value, numerator, denominator in OF_LONG_TABLES[table]:
        wrong = published.execute(
            f"select count(*) from {table} where {value} is distinct from"
            f" cast({numerator} as double) / nullif(cast({denominator} as double), 0)"
        ).fetchone()
        assert wrong == (0,), value


def test_no_join_on_documented_keys_multiplies(published, manifest):
    """M18: ten posts on a day leave the account's 50 profile visits at 50, whatever is joined on a whole key."""
    models = catalogue.published(manifest)
    keys = {table: catalogue.key_of(manifest, model) for table, model in models.items()}
    joins = [
        (left, right, keys[right])
        for left, right in itertools.permutations(models, 2)
        if set(keys[right]) <= set(models[left]["columns"])
    ]
    assert ("fct_post_daily", "fct_account_daily", ["account_id", "date"]) in joins
    for left, right, key in joins:
        rows, joined = published.execute(
            f"select (select count(*) from {left}),"
            f" (select count(*) from {left} left join {right} using ({', '.join(key)}))"
        ).fetchone()
        assert joined == rows, f"{left} to {right} on {key}"
