"""Undamaged builds, one a night: a world is captured once and built as of each midnight by the models' SQL alone.

Nothing of Dagster and one dbt process a world, so that many nights of many worlds can be judged in minutes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import yaml

from benchmarks import rehearsal
from benchmarks.transform import statements
from connectors import SOURCES
from orchestration import accounts, candidate, demo, inbox, ingest, loading, raw, transform
from orchestration.settings import REPOSITORY, Settings

SCENARIO = REPOSITORY / "sandbox" / "scenarios" / "small.yml"
HAPPENED = {
    "activity_log": "occurred_at",
    "hr_metrics": "month",
    "message_stats": "sent_at",
    "offline_contacts": "occurred_at",
    "payouts": "paid_at",
    "product_events": "occurred_at",
    "site_events": "occurred_at",
    "support_tickets": "opened_at",
    "survey_responses": "responded_at",
    "x_post_analytics": "published_date",
}
Damage = Callable[[duckdb.DuckDBPyConnection], None]


def world(folder: Path, seed: int | None = None) -> Settings:
    """Capture every day of the small scenario, with another seed if one is given; compile the models."""
    folder.mkdir(parents=True)
    told = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    scenario = folder / "scenario.yml"
    scenario.write_text(yaml.safe_dump({**told, "seed": seed or told["seed"]}), encoding="utf-8")
    days = [told["start"] + timedelta(days=number) for number in range(told["days"])]
    with rehearsal.served(scenario, folder, days[0].isoformat()) as (root, environ):
        settings = Settings.load(folder / "home", environ)
        demo.drop_files(settings, root, days[0], days[-1])
        _load(settings, days)
    for words in (["seed"], ["compile"]):
        subprocess.run(
            [str(transform.DBT), "--quiet", *words],
            env={**os.environ, **transform.environment(settings)},
            check=True,
            capture_output=True,
        )
    return settings


def _load(settings: Settings, days: list[date]) -> None:
    listed, brand_names = accounts.read(settings.accounts_file)
    for source in SOURCES:
        ingest.fetch(settings, source, listed, days)
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        raw.register_accounts(con, listed, brand_names)
        for source in SOURCES:
            loading.load_new(con, settings, source, days)
        inbox.take_in(con, settings)
        con.execute("checkpoint")


def built(settings: Settings, night: date, to: Path, *, sources: Damage | None = None) -> Settings:
    """Build what was known at the midnight after `night`, once `sources` has damaged its raw rows; return its home."""
    home = Settings.load(to, settings.environ)
    home.state.mkdir(parents=True)
    (home.state / "dbt").symlink_to(settings.dbt_target)
    shutil.copy(settings.warehouse, home.warehouse)
    manifest = json.loads((home.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    manifest["nodes"] = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] != "test"}
    with raw.opened(home.warehouse) as con:
        _forget(con, f"timestamptz '{night + timedelta(days=1)} 01:00:00Z'")
        if sources:
            sources(con)
        for statement in statements(manifest):
            con.execute(statement)
    return home


def _forget(con: duckdb.DuckDBPyConnection, instant: str) -> None:
    """Leave only what had been captured by `instant`."""
    captured = con.execute(
        "select schema_name || '.' || table_name from duckdb_columns()"
        " where schema_name like 'raw_%' and column_name = 'captured_at'"
    ).fetchall()
    for (table,) in captured:
        con.execute(f"delete from {table} where captured_at > {instant}")
    for kind, column in HAPPENED.items():
        con.execute(f"delete from raw_files.{kind} where {column} > {instant}")
    con.execute(f"update raw_files.support_tickets set closed_at = null where closed_at > {instant}")


def candidate_of(home: Settings, *, marts: Damage | None = None) -> Path:
    """Write the candidate of a build, once `marts` has damaged its tables; return the file."""
    if marts:
        with raw.opened(home.warehouse) as con:
            marts(con)
    candidate.write(home, "a-benchmark")
    return candidate.path_of(home)
