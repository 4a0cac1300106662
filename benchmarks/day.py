"""P11: one day of the whole pipeline against the floor: fetch, land, load, the same SQL bare, the gate's checks.

The floor does the day's work in one process without Dagster, without dbt and without Great Expectations: connectors
and loader as they are, every compiled model in one DuckDB connection in dbt's order, every expectation's query as a
count. The world has ACCOUNTS accounts a platform, each with about POSTS posts to read again.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from graphlib import TopologicalSorter
from itertools import count
from pathlib import Path

import yaml

from benchmarks import days, growth, rehearsal
from benchmarks.measure import Line, Spent, Work, compared, in_turns, spent, whole
from sandbox.scenario import WARM_UP_DAYS

ACCOUNTS, POSTS = 100, 1000
LIVED_DAYS = 35  # before the day that is rehearsed: a thousand posts, at the most that a scenario may have a week
MOST = 4.0


def measured() -> list[Line]:
    """Rehearse the first day of a large world, then take its second as a run and as the floor."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = crowded(Path(folder) / "crowded.yml", ACCOUNTS, POSTS)
        with rehearsal.served(scenario, Path(folder), days.FIRST.isoformat()) as (_, environ):
            template = Path(folder) / "template"
            spent(growth.rehearsed, environ, home=str(template), length=1)
            taken = in_turns(
                {
                    "the day": on_copies(template, environ, days.in_dagster),
                    "the floor": on_copies(template, environ, floor),
                }
            )
    ours, bare = taken.values()
    goal = f"P11 a day of {ACCOUNTS} accounts × {POSTS} posts a platform ≤ {MOST:g} × the floor"
    return [compared(goal, ours, [bare], MOST, whole)]


def crowded(path: Path, accounts: int, posts: int) -> Path:
    """Write a scenario of one brand an account and platform, each with about `posts` posts before its first day."""
    told = yaml.safe_load(growth.SCENARIO.read_text(encoding="utf-8"))
    brand = told["brands"][0]
    brands = [
        brand
        | {
            "brand_id": f"brand{number}",
            "ga4_property": f"3100{number:05d}",
            "hubspot_portal": f"2400{number:04d}",
            "accounts": [
                account
                | {
                    "native_id": str(int(account["native_id"]) + 10 * number),
                    "handle": f"brand{number}_{account['platform']}",
                    "followers": 2000,
                    "posts_per_week": posts * 7 / LIVED_DAYS,
                }
                for account in brand["accounts"]
            ],
        }
        for number in range(accounts)
    ]
    start = days.FIRST - timedelta(days=LIVED_DAYS - WARM_UP_DAYS)
    document = {"seed": told["seed"], "start": start, "days": (days.FIRST - start).days + 2, "brands": brands}
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path


def on_copies(template: Path, environ: dict[str, str], task: Callable[..., Work]) -> Callable[[], Spent]:
    """Return a measurement of the second day on a copy of the home."""
    numbers = count()

    def measure() -> Spent:
        home = template.with_name(f"{task.__name__}-{next(numbers)}")
        shutil.copytree(template, home, symlinks=True)
        try:
            return spent(task, environ, home=str(home), day=1)
        finally:
            shutil.rmtree(home)

    return measure


def floor(home: str, day: int) -> Work:
    """Fetch, land, load, run the compiled SQL and count what each expectation counts."""
    from connectors import SOURCES
    from orchestration import accounts, gate, ingest, loading, raw
    from orchestration.settings import Settings

    def work() -> dict:
        settings, its_day = Settings.load(home), days.FIRST + timedelta(days=day)
        listed, brand_names = accounts.read(settings.accounts_file)
        for source in SOURCES:
            ingest.fetch(settings, source, listed, [its_day])
        with raw.opened(settings.warehouse) as con:
            raw.register_accounts(con, listed, brand_names)
            for source in SOURCES:
                loading.load_new(con, settings, source, [its_day])
            for statement in statements(settings):
                con.execute(statement)
            for table, suite in gate.suites().items():
                if table != "publication":
                    con.execute(f"select {', '.join(['count(*)'] * len(suite))} from marts.{table}").fetchall()
        return {}

    return work


def statements(settings: object) -> list[str]:
    """Return what dbt would run, as plain statements in an order in which each finds its parents."""
    nodes = json.loads((settings.dbt_target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    models = {name: node for name, node in nodes.items() if node["resource_type"] == "model"}
    order = TopologicalSorter({name: set(node["depends_on"]["nodes"]) & set(models) for name, node in models.items()})
    compiled = settings.dbt_target / "compiled" / "social_metrics"
    return [
        "create or replace "
        + ("view" if models[name]["config"]["materialized"] == "view" else "table")
        + f" {models[name]['schema']}.{models[name]['name']} as "
        + (compiled / models[name]["original_file_path"]).read_text(encoding="utf-8")
        for name in order.static_order()
        if models[name]["config"]["materialized"] != "ephemeral"
    ]
