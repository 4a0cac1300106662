"""The raw tables that the connectors declare are the ones that staging was written for."""

from __future__ import annotations

import duckdb
import pytest
from raw_tables import TABLES, create_raw_tables

from orchestration import raw


def columns_by_table(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    rows = connection.execute(
        "select table_schema || '.' || table_name, column_name, data_type from information_schema.columns"
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables


@pytest.fixture(scope="module")
def declared() -> dict[str, dict[str, str]]:
    with duckdb.connect() as connection:
        raw.ensure_tables(connection)
        return columns_by_table(connection)


@pytest.fixture(scope="module")
def expected() -> dict[str, dict[str, str]]:
    with duckdb.connect() as connection:
        create_raw_tables(connection)
        return columns_by_table(connection)


@pytest.mark.parametrize("table", TABLES)
def test_every_column_that_staging_reads_is_declared_in_its_type(table: str, declared: dict, expected: dict) -> None:
    assert {column: declared[table].get(column) for column in expected[table]} == expected[table]
