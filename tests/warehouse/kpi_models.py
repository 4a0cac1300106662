"""The KPI models as dbt compiles them, run over rows of a test in a DuckDB in memory.

`compile_models` is the one dbt call; after it a test costs what its SQL costs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).parents[2]
CATALOG = "kpi_models"
SEEDS = {
    "kgis": "kgi_id varchar, version bigint, brand_id varchar, metric_id varchar, target_value double,"
    " growth_rate double, baseline_value double, period_type varchar, spread varchar, valid_from date, valid_to date",
    "kpis": "kgi_id varchar, brand_id varchar, kpi_id varchar, metric_id varchar",
    "kpi_edges": "kgi_id varchar, version bigint, brand_id varchar, node_id varchar, parent_node_id varchar,"
    " child_order bigint, op varchar, metric_id varchar, carries_target boolean, label_en varchar, label_ja varchar",
    "kpi_targets": "kgi_id varchar, brand_id varchar, metric_id varchar, period_type varchar, method varchar,"
    " target_value double, spread varchar, valid_from date, valid_to date",
    "kpi_bridges": "metric_id varchar, valid_from date, factor double",
    "metrics": "metric_id varchar, version bigint, valid_from date",
}
RELATIONS = {
    "int_kpi_relation_fits": "intermediate",
    "int_kpi_relations_judged": "intermediate",
    "kpi_relations": "marts",
}
INPUTS = {
    "int_reporting_window": "first_date date, last_date date",
    "int_calendar_days": "date date",
    "int_kpi_relation_pairs": "brand_id varchar, kgi_id varchar, metric_id varchar, related_metric_id varchar,"
    " is_edge boolean, is_sibling boolean, is_kpi boolean, is_candidate boolean, metric_group varchar",
    "int_kpi_relations_judged": "brand_id varchar, metric_id varchar, related_metric_id varchar, assessed_on date,"
    " elasticity double, state varchar, expires_on date",
}
METRICS = (
    "brand_id varchar, metric_id varchar, period_type varchar, period_start date, period_end date, value double,"
    " numerator double, denominator double, unit varchar, null_reason varchar, is_partial boolean"
)
# in the order in which they stand on each other
TREES = {
    "int_kpi_trees_expanded": "intermediate",
    "int_kpi_targets_spread": "intermediate",
    "int_kpi_nodes_measured": "intermediate",
    "int_kpi_nodes_required": "intermediate",
    "int_kpi_nodes_carried": "intermediate",
    "int_kpi_edges_weighted": "intermediate",
    "kpi_tree_nodes": "marts",
    "kpi_tree_contributions": "marts",
}


def compile_models(folder: Path, models: dict[str, str]) -> dict[str, str]:
    """Return the SQL of each model, by name."""
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "compile", "--no-introspect"]
    command += ["--project-dir", "dbt_project", "--profiles-dir", "dbt_project", "--select", *models]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    settings = {"WAREHOUSE_PATH": str(folder / f"{CATALOG}.duckdb"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    compiled = folder / "target" / "compiled" / "social_metrics" / "models"
    return {name: next(compiled.glob(f"*/kpi/{name}.sql")).read_text() for name in models}


@dataclass
class KpiModels:
    """Compiled models, each with its schema; `run` replaces what an earlier call left."""

    schemas: dict[str, str]
    sql: dict[str, str]

    def __post_init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(f"attach ':memory:' as {CATALOG}")
        self.connection.execute(f"use {CATALOG}")
        for schema in ("seeds", "intermediate", "marts"):
            self.connection.execute(f"create schema {schema}")
        for seed, columns in SEEDS.items():
            self.connection.execute(f"create table seeds.{seed} ({columns})")
        self.connection.execute(f"create table intermediate.int_brand_metrics_by_period ({METRICS})")
        for table, columns in INPUTS.items():
            if table not in self.schemas:
                self.connection.execute(f"create table intermediate.{table} ({columns})")

    def run(self, tables: dict[str, list[dict[str, Any]]], *wanted: str) -> list[list[dict[str, Any]]]:
        """Fill the inputs (`schema.table` to rows), build the models, return the rows of the wanted ones."""
        for table, rows in tables.items():
            self.connection.execute(f"delete from {table}")
            for names in {tuple(row) for row in rows}:
                alike = [list(row.values()) for row in rows if tuple(row) == names]
                marks = ", ".join("?" * len(names))
                self.connection.executemany(f"insert into {table} ({', '.join(names)}) values ({marks})", alike)
        for name, schema in self.schemas.items():
            self.connection.execute(f"create or replace table {schema}.{name} as {self.sql[name]}")
        return [self._rows(f"{self.schemas[name]}.{name}") for name in wanted]

    def _rows(self, table: str) -> list[dict[str, Any]]:
        found = self.connection.execute(f"select * from {table}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
