"""What a run needs of the engine that builds the models: DuckDB in this process, or Spark elsewhere."""

from __future__ import annotations

from typing import Any, Protocol

import duckdb

from orchestration import raw
from orchestration.settings import Problem, Settings

MARTS = "marts"
COLUMNS = """
    select schema_name || '.' || table_name, column_name, data_type
    from duckdb_columns() where not internal order by table_oid, column_index
"""


class Engine(Protocol):
    """The engine of one home."""

    dialect: str
    """The name by which dbt's targets, sqlglot and Dagster's kinds know its SQL."""

    def prepare(self) -> None:
        """Make the raw tables ready for dbt."""

    def columns(self, relations: list[str]) -> dict[str, dict[str, str]]:
        """Return name and type of each column of those of `relations` (`schema.table`) that exist."""

    def row_counts(self) -> dict[str, int]:
        """Return the rows of every table by `schema.table`, as far as that costs nothing."""

    def examples(self, sql: str, limit: int) -> list[dict[str, Any]]:
        """Return up to `limit` rows of a query; nothing where it can't be asked any more."""

    def open_build(self, con: duckdb.DuckDBPyConnection) -> dict[str, str]:
        """Make the marts readable in `con`; return by name what to select each from."""

    def relation(self, con: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
        """Return what to select one table of the build from, once it is open in `con`."""


def of(settings: Settings) -> Engine:
    """Return the engine that `WAREHOUSE_ENGINE` names."""
    if settings.engine == "spark":
        from orchestration.spark import Spark  # its client takes seconds to import

        return Spark(settings)
    return DuckDB(settings)


class DuckDB:
    """The build file itself."""

    dialect = "duckdb"

    def __init__(self, settings: Settings):
        self.settings = settings

    def prepare(self) -> None:
        """Nothing: the raw tables lie beside the models."""

    def columns(self, relations: list[str]) -> dict[str, dict[str, str]]:
        """See Engine."""
        found: dict[str, dict[str, str]] = {}
        with raw.opened(self.settings.warehouse, read_only=True) as con:
            for relation, name, kind in con.execute(COLUMNS).fetchall():
                found.setdefault(relation, {})[name] = kind
        return {relation: found[relation] for relation in relations if relation in found}

    def row_counts(self) -> dict[str, int]:
        """See Engine."""
        with raw.opened(self.settings.warehouse, read_only=True) as con:
            tables = con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
            return {
                f"{schema}.{table}": con.execute(f'select count(*) from "{schema}"."{table}"').fetchone()[0]
                for schema, table in tables
            }

    def examples(self, sql: str, limit: int) -> list[dict[str, Any]]:
        """See Engine."""
        try:
            with raw.opened(self.settings.warehouse, read_only=True) as con:
                rows = con.execute(f"select * from ({sql}) limit {limit}").fetchall()
                names = [column[0] for column in con.description]
        except (duckdb.Error, Problem):
            return []
        return [dict(zip(names, row, strict=True)) for row in rows]

    def open_build(self, con: duckdb.DuckDBPyConnection) -> dict[str, str]:
        """See Engine."""
        warehouse = self.settings.warehouse
        if not warehouse.exists():
            raise Problem(f"{warehouse} does not exist: `warehouse run` builds it.")
        quoted = str(warehouse).replace("'", "''")
        try:
            con.execute(f"attach '{quoted}' as build (read_only)")
        except duckdb.IOException as error:
            raise raw.refused(warehouse, error) from None
        tables = con.execute(
            "select table_name from duckdb_tables() where database_name = 'build' and schema_name = ?"
            " order by table_name",
            [MARTS],
        ).fetchall()
        return {table: self.relation(con, MARTS, table) for (table,) in tables}

    def relation(self, con: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:  # noqa: ARG002
        """See Engine."""
        return f'build."{schema}"."{table}"'
