"""P7: dbt against the SQL that it compiles, at five million raw rows; and what it costs on an empty day.

dbt       the one command of a run, as a child process, nothing built yet, its parse kept from before
its SQL   the same models and tests in the same order in one DuckDB connection; the seeds lie there already
empty     the same command where one account was asked for one day and had nothing to tell

Whole processes count, imports included. Counting the dbt processes of a run needs a run: see `orchestrate`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from itertools import count
from pathlib import Path
from statistics import median

from benchmarks.measure import REPOSITORY, Line, NotMeasured, Spent, Work, compared, in_turns, spent, whole
from orchestration import raw, transform
from orchestration.settings import Settings

BRANDS = 20
HISTORY = REPOSITORY / "benchmarks" / "history.sql"
EMPTY_DAY = """
    insert into raw_registry.accounts values ('aozora', 'Aozora', 'Asia/Tokyo', 'JPY', 'x', '1500000000000000101', 'a');
    insert into raw_registry.loads by name
    select
        'x' as source, 'posts' as stream, '1500000000000000101' as account_id, date '2026-07-02' as window_date,
        timestamptz '2026-07-02 00:00:00Z' as captured_at, 'x/posts' as landing_file, 'loaded' as status, 0 as row_count
"""
BUILT_AS = {"view": "view", "table": "table", "incremental": "table"}


def measured() -> list[Line]:
    """Prepare the history and an empty warehouse, then build them in turns."""
    with tempfile.TemporaryDirectory() as folder:
        full, empty = Path(folder) / "full", Path(folder) / "empty"
        rows = spent(prepared, home=str(full), with_history=True).facts["rows"]
        spent(prepared, home=str(empty), with_history=False)
        taken = in_turns(
            {
                "dbt": _on_copies(full, dbt),
                "the same SQL": _on_copies(full, sql),
                "dbt on an empty day": _on_copies(empty, dbt),
            }
        )
        models = len([node for node in _manifest(full)["nodes"].values() if node["resource_type"] == "model"])
    built, direct, nothing = taken.values()
    allowed_s, took_s = 5 + 0.1 * models, median(one.whole_s for one in nothing)
    return [
        compared(f"P7 dbt ≤ 3 × the same SQL, {rows / 1e6:.1f} million raw rows", built, [direct], 3, whole),
        Line(
            f"P7 an empty day ≤ 5 s + 0.1 s × {models} models",
            f"{took_s:.1f} s of {allowed_s:.1f} s",
            took_s <= allowed_s,
        ),
    ]


def _on_copies(template: Path, task: Callable[..., Work]) -> Callable[[], Spent]:
    numbers = count()

    def measure() -> Spent:
        home = template.with_name(f"{template.name}-{task.__name__}-{next(numbers)}")
        shutil.copytree(template, home)
        try:
            return spent(task, home=str(home))
        finally:
            shutil.rmtree(home)

    return measure


def prepared(home: str, with_history: bool) -> Work:
    """Make the raw tables, load the seeds and let dbt compile, so that the SQL is known and the parse is kept."""

    def prepare() -> dict:
        settings = Settings.load(home)
        with raw.opened(settings.warehouse) as con:
            raw.ensure_tables(con)
            con.execute(f"set variable brands = {BRANDS}")
            con.execute(HISTORY.read_text(encoding="utf-8") if with_history else EMPTY_DAY)
            tables = con.execute("select estimated_size from duckdb_tables() where schema_name like 'raw_%'").fetchall()
        _dbt(settings, "seed")
        _dbt(settings, "compile")
        return {"rows": sum(size for (size,) in tables)}

    return prepare


def dbt(home: str) -> Work:
    """Build everything with dbt."""

    def build() -> dict:
        _dbt(Settings.load(home), *transform.build_arguments(full_refresh=False))
        return {}

    return build


def _dbt(settings: Settings, *words: str) -> None:
    done = subprocess.run(
        [str(transform.DBT), "--quiet", *words],
        env={**os.environ, **transform.environment(settings)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotMeasured(" ".join(done.stdout.split())[-400:])


def sql(home: str) -> Work:
    """Build everything with the SQL alone."""
    settings = Settings.load(home)

    def build() -> dict:
        with raw.opened(settings.warehouse) as con:
            for statement in statements(_manifest(settings.home)):
                con.execute(statement)
            con.execute("checkpoint")
        return {}

    return build


def _manifest(home: Path) -> dict:
    return json.loads((Settings.load(home).dbt_target / "manifest.json").read_text(encoding="utf-8"))


def statements(manifest: dict) -> Iterator[str]:
    """Yield the SQL of a build that begins with nothing: schemas, then each model and test after its parents."""
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "test")}
    parents = {
        key: [parent for parent in node["depends_on"]["nodes"] if parent in nodes] for key, node in nodes.items()
    }
    for schema in sorted({node["schema"] for node in nodes.values() if node["resource_type"] == "model"}):
        yield f"create schema if not exists {schema}"
    for key in TopologicalSorter(parents).static_order():
        node = nodes[key]
        if node["resource_type"] == "test":
            yield f"select count(*) from ({node['compiled_code']}) as broken"
        elif kind := BUILT_AS.get(node["config"]["materialized"]):  # an ephemeral one stands within its children
            yield f"create or replace {kind} {node['relation_name']} as {node['compiled_code']}"
