"""Spark as the engine: a cluster behind a Spark Connect server builds what DuckDB would, from the same dbt project.

`SPARK_REMOTE` names the server. The raw tables are external tables over the lake; models are the metastore's own. Marts
come back through their Parquet files where this machine sees them, else over the connection.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb

from orchestration import lake, raw, remote, transform
from orchestration.settings import Problem, Settings

TYPES = {
    "VARCHAR": "string",
    "BIGINT": "bigint",
    "INTEGER": "int",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
}
DECLARED = "social_metrics.declared"


def type_of(kind: str) -> str:
    """Return Spark's name of a DuckDB type."""
    if kind.endswith("[]"):
        return f"array<{type_of(kind[:-2])}>"
    if re.fullmatch(r"DECIMAL\(\d+,\d+\)", kind):
        return kind.lower()
    return TYPES[kind]


class Spark:
    """One session with the server that `SPARK_REMOTE` names, opened when it is first needed."""

    dialect = "spark"

    def __init__(self, settings: Settings):
        self.settings = settings

    @cached_property
    def session(self):
        """Open the session."""
        return remote.session(self.settings)

    def prepare(self) -> None:
        """Export what lies in the ledger's file, and declare each raw table over its folder of the lake."""
        with raw.opened(self.settings.warehouse) as con:
            raw.ensure_tables(con)
            lake.export(con, self.settings)
            columns = lake.columns(con)
        for schema in sorted({name.partition(".")[0] for name in columns}):
            self.session.sql(f"create schema if not exists {schema}")
            tables = {name: kinds for name, kinds in columns.items() if name.startswith(f"{schema}.")}
            known = {row["tableName"]: row["information"] for row in self._described(schema)}
            for name, kinds in tables.items():
                self._declare(name, kinds, known.get(name.partition(".")[2], ""))

    def _described(self, schema: str) -> list[Any]:
        return self.session.sql(f"show table extended in {schema} like '*'").collect()

    def _declare(self, name: str, columns: dict[str, str], known: str) -> None:
        place = lake.folder(self.settings, name)
        place.mkdir(parents=True, exist_ok=True)
        typed = ", ".join(f"`{column}` {type_of(kind)}" for column, kind in columns.items())
        digest = hashlib.sha256(f"{place} {typed}".encode()).hexdigest()
        if digest not in known:
            if known:
                # Only the declaration goes: an external table's files stay.
                self.session.sql(f"drop table {name}")
            self.session.sql(
                f"create table {name} ({typed}) using parquet location '{place.as_uri()}'"
                f" tblproperties ('{DECLARED}' = '{digest}')"
            )

    def columns(self, relations: list[str]) -> dict[str, dict[str, str]]:
        """See Engine."""
        from pyspark.errors import AnalysisException

        found = {}
        for relation in relations:
            try:
                schema = self.session.table(relation).schema
            except AnalysisException:
                continue
            found[relation] = {field.name: field.dataType.simpleString() for field in schema}
        return found

    def row_counts(self) -> dict[str, int]:
        """Nothing: each count would be a job of its own; the candidate's tables tell theirs."""
        return {}

    def examples(self, sql: str, limit: int) -> list[dict[str, Any]]:
        """See Engine."""
        from pyspark.errors import PySparkException

        try:
            return [row.asDict() for row in self.session.sql(f"select * from ({sql}) limit {limit}").collect()]
        except PySparkException:
            return []

    def open_build(self, con: duckdb.DuckDBPyConnection) -> dict[str, str]:
        """See Engine."""
        marts = sorted(transform.published(self.settings))
        missing = [table for table in marts if not self.session.catalog.tableExists(f"marts.{table}")]
        if missing:
            raise Problem(f"Spark holds no table marts.{missing[0]}: `warehouse run --engine spark` builds it.")
        return {table: self.relation(con, "marts", table) for table in marts}

    def relation(self, con: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
        """See Engine."""
        built = self.session.table(f"{schema}.{table}")
        files = [_local(uri) for uri in built.inputFiles()]
        if files and all(file is not None and file.exists() for file in files):
            listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
            return f"read_parquet([{listed}], hive_partitioning = true)"
        view = f"{schema}_{table}"
        con.register(view, built.toArrow())
        return view


def _local(uri: str) -> Path | None:
    parts = urlsplit(uri)
    return Path(unquote(parts.path)) if parts.scheme in {"", "file"} else None
