"""The score models as dbt compiles them, run over events and a registry of a test in a DuckDB in memory.

`compile_models` is the one dbt call; after it a test costs what its SQL costs. Events come as the union of the feeds
would give them, so that nothing but the score itself is under test.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "dbt_project" / "seeds" / "score"
CATALOG = "score_models"
EVENTS = {
    "event_id": "varchar", "entity_type": "varchar", "entity_id": "varchar", "member_id": "varchar",
    "event_type": "varchar", "occurred_at": "timestamptz", "event_date": "date", "quantity": "double",
    "source": "varchar",
}  # fmt: skip
TYPES = {
    "model_version": "bigint", "scale_max": "double", "min_people": "bigint", "drop_alert_points": "double",
    "low_alert_below": "double", "low_alert_periods": "bigint", "signal_order": "bigint", "window_days": "bigint",
    "decay_half_life_days": "double", "threshold": "double", "unit_size": "double", "weight": "double", "cap": "double",
    "group_limit": "double", "stale_after_days": "bigint", "band_order": "bigint", "lower_incl": "double",
    "upper_excl": "double", "valid_from": "date", "valid_to": "date", "decided_on": "date", "horizon_days": "bigint",
}  # fmt: skip
# in the order in which they stand on each other
MODELS = {
    "int_score_signals_activated": "intermediate",
    "int_score_feed_months": "intermediate",
    "int_score_entity_months": "intermediate",
    "int_score_periods_spanned": "intermediate",
    "int_score_windows_due": "intermediate",
    "int_score_window_months": "intermediate",
    "int_score_window_days": "intermediate",
    "int_score_window_spreads": "intermediate",
    "int_score_window_crowds": "intermediate",
    "int_score_window_cases": "intermediate",
    "engagement_signals": "marts",
    "engagement_score_contributions": "marts",
    "engagement_scores": "marts",
    "engagement_score_rollups": "marts",
    "engagement_score_alerts": "marts",
    "engagement_score_context": "marts",
    "next_actions": "marts",
    "engagement_outcomes": "marts",
    "engagement_score_drivers": "marts",
    "dim_score_signals": "marts",
    "engagement_lifecycle": "marts",
    "engagement_score_quality": "marts",
    "engagement_value_by_band": "marts",
    "engagement_retention": "marts",
}


def compile_models(folder: Path) -> dict[str, str]:
    """Return the SQL of each model, by name."""
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "compile", "--no-introspect"]
    command += ["--project-dir", "dbt_project", "--profiles-dir", "dbt_project", "--select", *MODELS]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    settings = {"WAREHOUSE_PATH": str(folder / f"{CATALOG}.duckdb"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    compiled = folder / "target" / "compiled" / "social_metrics" / "models"
    return {name: next(compiled.glob(f"*/score/{name}.sql")).read_text() for name in MODELS}


@dataclass
class ScoreModels:
    """Compiled models; `run` replaces what an earlier call left."""

    sql: dict[str, str]

    def __post_init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute(f"attach ':memory:' as {CATALOG}")
        self.connection.execute(f"use {CATALOG}")
        for schema in ("seeds", "intermediate", "marts"):
            self.connection.execute(f"create schema {schema}")
        for path in SEEDS.glob("*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                columns = next(csv.reader(file))
            typed = ", ".join(f"{name} {TYPES.get(name, 'varchar')}" for name in columns)
            self.connection.execute(f"create table seeds.{path.stem} ({typed})")
        typed = ", ".join(f"{name} {kind}" for name, kind in EVENTS.items())
        self.connection.execute(f"create table intermediate.int_score_events_unioned ({typed})")
        self.connection.execute("create table intermediate.int_reporting_window (first_date date, last_date date)")

    def load(self, last_date: date, events: Iterable[Mapping[str, Any]], **seeds: Iterable[Mapping[str, Any]]) -> None:
        """Fill events and seeds (those not given are those of this repository) up to a last captured day."""
        self._replace("intermediate.int_reporting_window", [{"last_date": last_date}])
        self._replace("intermediate.int_score_events_unioned", events)
        for path in SEEDS.glob("*.csv"):
            if path.stem in seeds:
                self._replace(f"seeds.{path.stem}", seeds[path.stem])
            else:
                self.connection.execute(f"delete from seeds.{path.stem}")
                self.connection.execute(
                    f"insert into seeds.{path.stem} by name from read_csv('{path}', all_varchar = true)"
                )

    def run(self, last: str = "engagement_retention") -> None:
        """Build the models one after another, up to and with `last`."""
        for name, schema in MODELS.items():
            self.connection.execute(f"create or replace table {schema}.{name} as {self.sql[name]}")
            if name == last:
                return

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return what a query finds."""
        found = self.connection.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _replace(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        self.connection.execute(f"delete from {table}")
        rows = list(rows)
        if rows:
            frame = pd.DataFrame(rows)  # noqa: F841 - DuckDB finds it by its name
            self.connection.execute(f"insert into {table} by name from frame")
