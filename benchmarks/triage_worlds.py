"""What the marts' SQL reads of a world, straight from its truth: the rows that captures at each midnight would give.

No HTTP: a world of 70 days takes a second instead of minutes. tests/end_to_end proves the same over the wire.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.measure import NotMeasured
from connectors import x_refresh
from orchestration import transform
from orchestration.settings import DBT_PROJECT, Settings
from sandbox import world
from sandbox.model import Post
from sandbox.scenario import load
from sandbox.streams import midnight

DAY = timedelta(days=1)
REACTIONS_ON_X = ("organic_likes", "organic_replies", "organic_reposts", "bookmarks", "quotes")
# in the order in which they stand on each other
MODELS = (
    "int_post_exposures", "int_exposure_norms", "int_viral_posts", "int_exposure_days", "int_exposure_ratings",
    "int_growth_turns", "int_incident_signals", "int_impression_incidents", "int_incident_windows",
    "int_incident_parts", "impression_triage",
)  # fmt: skip
SEEDS = ("triage_rules", "triage_cuts")
INPUTS = {
    "int_posts_described": "post_id varchar, account_id varchar, platform varchar, published_at timestamptz,"
    " surface varchar, format varchar",
    "int_post_snapshots": "post_id varchar, captured_date date, age_hours double, views_to_date bigint,"
    " impressions_to_date bigint, organic_impressions_to_date bigint, organic_engagements_to_date bigint",
    "int_post_increments": "post_id varchar, account_id varchar, date date, captured_date date, days_covered bigint,"
    " views bigint, impressions bigint, organic_impressions bigint, is_repost boolean",
    "int_account_days": "account_id varchar, brand_id varchar, platform varchar, date date, following bigint",
    "int_latest_captures": "source varchar, stream varchar, account_id varchar, window_date date",
}


def compiled(folder: Path) -> dict[str, str]:
    """Return the SQL of the models and of the seeds they read, by name; one call of dbt."""
    settings = Settings.load(folder, {})
    done = subprocess.run(
        [str(transform.DBT), "--quiet", "compile", "--no-introspect", "--select", *MODELS],
        env={**os.environ, **transform.environment(settings)},
        cwd=DBT_PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotMeasured(" ".join(done.stdout.split())[-400:])
    nodes = json.loads((settings.dbt_target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    models = {node["name"]: node for node in nodes.values() if node["resource_type"] in ("model", "seed")}
    catalog = models[MODELS[0]]["database"]
    return {"catalog": catalog} | {
        name: (settings.dbt_target / "compiled" / "social_metrics" / models[name]["original_file_path"]).read_text()
        for name in MODELS
    }


def triaged(sql: dict[str, str], scenario: Path) -> tuple[list[dict], list[dict]]:
    """Return the rows of impression_triage for a scenario's world, and what was planted in it."""
    built = world.build(load(scenario))
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute(f"attach ':memory:' as {sql['catalog']}")
        con.execute(f"use {sql['catalog']}")
        for schema in ("seeds", "intermediate", "marts"):
            con.execute(f"create schema {schema}")
        for seed in SEEDS:
            path = next((DBT_PROJECT / "seeds").rglob(f"{seed}.csv"))
            con.execute(f"create table seeds.{seed} as from read_csv('{path}')")
        for table, columns in INPUTS.items():
            con.execute(f"create table intermediate.{table} ({columns})")
        _fill(con, built)
        for name in MODELS:
            schema = "marts" if name == "impression_triage" else "intermediate"
            con.execute(f"create table {schema}.{name} as {sql[name]}")
        found = con.execute("select * from marts.impression_triage order by account_id, incident_start, cut_order")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return rows, [vars(one) for one in built.planted]


def _fill(con: duckdb.DuckDBPyConnection, built: world.World) -> None:
    tables: dict[str, list[tuple]] = {name: [] for name in INPUTS}
    days = [built.scenario.start + number * DAY for number in range(built.scenario.days)]
    for account in built.accounts:
        account_id = f"{account.platform}:{account.native_id}"
        for day in days:
            following = built.following(account, midnight(day + DAY))
            tables["int_account_days"].append((account_id, account.brand_id, account.platform, day, following))
            stream = "posts" if account.platform == "x" else "media"
            tables["int_latest_captures"].append((account.platform, stream, account_id, day + DAY))
        for post in built.posts[account.native_id]:
            post_id = f"{account.platform}:{post.native_id}"
            kind = post.format
            told = (post_id, account_id, account.platform, post.published_at, post.surface, kind)
            tables["int_posts_described"].append(told)
            for snapshot, increment in _captures(built, post, days):
                tables["int_post_snapshots"].append((post_id, *snapshot))
                tables["int_post_increments"].append((post_id, account_id, *increment))
    for name, rows in tables.items():
        if rows:
            columns = [column.split()[0] for column in INPUTS[name].split(", ")]
            arrays = dict(zip(columns, (np.array(part, dtype=object) for part in zip(*rows, strict=True)), strict=True))
            con.register("given", _frame(arrays))
            con.execute(f"insert into intermediate.{name} by name select * from given")


def _frame(arrays: dict[str, np.ndarray]) -> object:
    import pandas as pd

    return pd.DataFrame(arrays)


def _captures(built: world.World, post: Post, days: list[date]) -> Iterator[tuple[tuple, tuple]]:
    """Yield what each midnight that reads a post tells of it: its counters, and what they grew since the one before."""
    is_x = post.account.platform == "x"
    before: dict[str, int | None] | None = None
    before_at: datetime | None = None
    for day in days:
        captured = midnight(day + DAY)
        age = captured - post.published_at
        if (
            age < timedelta(0)
            or (post.is_story and age > DAY)
            or (is_x and not _is_read_on_x(post, before_at, captured))
        ):
            continue
        told = _told(built, post, captured)
        hours = age.total_seconds() / 3600
        starts_known = before is not None or hours < 24
        covered = (captured - before_at).days if before_at else 1 if hours < 24 else None
        grown = {name: _grown(value, before, name) if starts_known else None for name, value in told.items()}
        yield (
            (day + DAY, hours, *told.values(), _reactions(built, post, captured)),
            (day, day + DAY, covered, *grown.values(), not post.is_own),
        )
        before, before_at = told, captured


def _is_read_on_x(post: Post, before_at: datetime | None, at: datetime) -> bool:
    """Say whether the connector reads a post: fresh ones daily, old ones seldom, none past the end of its metrics."""
    age = at - post.published_at
    if before_at is None or age < x_refresh.FRESH:
        return age <= x_refresh.REACH
    return post.is_own and age <= x_refresh.REACH and x_refresh.is_due(age, before_at - post.published_at)


def _grown(value: int | None, before: dict[str, int | None] | None, name: str) -> int | None:
    return None if value is None else value - (before[name] if before else 0)


def _told(built: world.World, post: Post, at: datetime) -> dict[str, int | None]:
    counters = built.post_counters(post, built.settled_until(post.account.native_id, at))
    return {name: counters.get(name) for name in ("organic_views", "impressions", "organic_impressions")}


def _reactions(built: world.World, post: Post, at: datetime) -> int:
    """Return the organic reactions to a post as the marts count them."""
    counters = built.post_counters(post, built.settled_until(post.account.native_id, at))
    if post.account.platform == "instagram":
        return counters["total_interactions"]
    return sum(counters[name] for name in REACTIONS_ON_X)
