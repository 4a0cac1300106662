"""The whole day on a real cluster that loses a worker while it builds, against DuckDB over the same landing."""

from __future__ import annotations

import os
import subprocess
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import accounts, engine, run, transform
from orchestration.settings import REPOSITORY, Settings
from orchestration.spark import Spark
from sandbox.cluster import cluster, kill_worker
from tests.end_to_end.conftest import (
    SCENARIO,
    WAREHOUSE,
    clean_environment,
    drop_last_days_files,
    sandbox_environment,
    warehouse,
)
from tests.warehouse import portable_macros

SERVER = Path(os.environ.get("SPARK_SERVER", REPOSITORY / ".venv-spark"))
RELATIVE, ABSOLUTE = 1e-9, 1e-12
# When and by what run it was published, and when the ledger was written, differs between any two runs.
OF_THE_RUN = {"publication": {"run_id", "published_at"}, "source_loads": {"loaded_at"}}
LAST_DAY = "2026-07-12"
GROWING = [
    "intermediate.int_post_snapshots",
    "intermediate.int_post_increments",
    "marts.fct_post_snapshots",
    "marts.fct_post_daily",
]
BUILT_BEFORE_THE_KILL = 60
LONGEST_S = 1200


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with cluster(SERVER, tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="module")
def environ(running, sandbox) -> dict[str, str]:
    return {**sandbox_environment(sandbox), "SPARK_REMOTE": running.remote}


@pytest.fixture(scope="module")
def home(running, sandbox, environ, tmp_path_factory) -> Path:
    """Eleven days built on Spark, then the twelfth, in whose build a worker and its executor are killed.

    Before it, the tables that grow by month are given a month that no capture has, as if its captures had been removed.
    """
    home = tmp_path_factory.mktemp("home")
    history = warehouse(home, "demo", "--scenario", str(SCENARIO), "--days", "11")
    assert history.returncode == 0, history.stderr
    settings = Settings.load(home, {**environ, "WAREHOUSE_ENGINE": "spark"})
    _build_history(settings)
    _add_a_month_that_no_capture_has(settings)
    drop_last_days_files(sandbox, home)
    log = settings.state / "run.log"
    log.unlink()
    day = subprocess.Popen(
        [WAREHOUSE, "run", "--engine", "spark", "--date", LAST_DAY, "--home", str(home)],
        env={**clean_environment(), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + LONGEST_S
    while not (log.exists() and log.read_text(encoding="utf-8").count(" OK created ") >= BUILT_BEFORE_THE_KILL):
        assert day.poll() is None, day.stderr.read()
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        time.sleep(0.2)
    kill_worker(running.workers[1])
    _, errors = day.communicate(timeout=LONGEST_S)
    assert day.returncode == 0, errors
    return home


def _build_history(settings: Settings) -> None:
    """Load what was landed and build all models; dbt's tests are left to the day after, where all of them run."""
    run.load_landing(settings, *accounts.read(settings.accounts_file))
    engine.of(settings).prepare()
    built = subprocess.run(
        [str(transform.DBT), "--quiet", "build", "--exclude-resource-type", "unit_test", "test"],
        env={**clean_environment(), **settings.environ, **transform.environment(settings)},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert built.returncode == 0, built.stdout


def _add_a_month_that_no_capture_has(settings: Settings) -> None:
    from pyspark.sql import functions

    session = Spark(settings).session
    for table in GROWING:
        strayed = session.table(table).limit(5).withColumn("captured_month", functions.lit(date(2026, 5, 1)))
        strayed.write.insertInto(table)
    session.stop()


def test_every_portable_macro_gives_on_spark_what_it_gives_on_duckdb(running, tmp_path):
    remote = {"SPARK_REMOTE": running.remote}
    settings = Settings.load(tmp_path, {**remote, "WAREHOUSE_ENGINE": "spark"})
    assert portable_macros.given(settings, remote) == portable_macros.expected()


def _versions(home: Path) -> list[Path]:
    return sorted((home / "published" / "versions").glob("marts-*.duckdb"))


def test_every_table_that_spark_published_is_duckdbs_and_the_killed_worker_cost_no_row(home, running, environ):
    assert running.alive_workers() == 1
    by_spark = _versions(home)[-1]
    rebuilt = warehouse(home, "rebuild", "--engine", "duckdb", environ=environ)
    assert rebuilt.returncode == 0, rebuilt.stderr
    by_duckdb = _versions(home)[-1]
    assert by_spark != by_duckdb

    with duckdb.connect() as con:
        con.execute(f"attach '{by_spark}' as spark (read_only); attach '{by_duckdb}' as duckdb (read_only)")
        tables = {engine: _tables(con, engine) for engine in ("spark", "duckdb")}
        assert tables["spark"] == tables["duckdb"]
        assert len(tables["duckdb"]) > 20
        differing = {table: rows for table in tables["duckdb"] if (rows := _differences(con, table))}
    assert differing == {}


def _tables(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[tuple[str, str]]]:
    """Columns and their types by table."""
    rows = con.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where database_name = ? and schema_name = 'marts' order by table_name, column_index",
        [database],
    ).fetchall()
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, []).append((column, kind))
    return tables


def _differences(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple]:
    """Rows of one engine without their equal in the other, paired in the order of all exact columns."""
    columns = [(name, kind) for name, kind in _tables(con, "duckdb")[table] if name not in OF_THE_RUN.get(table, set())]
    exact = ", ".join(f'"{name}"' for name, kind in columns if kind != "DOUBLE")
    doubles = [f'"{name}"' for name, kind in columns if kind == "DOUBLE"]
    order = ", ".join([exact, *(f"round({name}, 6)" for name in doubles)])
    sides = [
        f"(select *, row_number() over (partition by {exact} order by {order}) as place from {engine}.marts.{table})"
        for engine in ("spark", "duckdb")
    ]
    equal = [f's."{name}" is not distinct from d."{name}"' for name, kind in columns if kind != "DOUBLE"]
    equal += [
        f"(s.{name} is not distinct from d.{name}"
        f" or abs(s.{name} - d.{name}) <= greatest({ABSOLUTE}, {RELATIVE} * abs(d.{name})))"
        for name in doubles
    ]
    joined = f"{sides[0]} as s full outer join {sides[1]} as d on s.place = d.place and {' and '.join(equal)}"
    return con.execute(f"select * from {joined} where s.place is null or d.place is null limit 3").fetchall()
