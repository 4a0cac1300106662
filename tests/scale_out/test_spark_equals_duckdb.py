"""The whole day on a real cluster that loses a worker while it builds, against DuckDB over the same landing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration import accounts, candidate, engine, run, transform
from orchestration.settings import DBT_PROJECT, ENGINES, REPOSITORY, Settings
from orchestration.spark import Spark
from sandbox.cluster import cluster, kill_worker
from tests.end_to_end.conftest import (
    LAST_DAY,
    WAREHOUSE,
    clean_environment,
    drop_last_days_files,
    sandbox_environment,
)
from tests.warehouse import portable_macros

SERVER = Path(os.environ.get("SPARK_SERVER", REPOSITORY / ".venv-spark"))
RELATIVE, ABSOLUTE = 1e-9, 1e-12
# When and by what run it was published and entered differs between any two runs; fingerprints are of an engine's hash.
OF_THE_RUN = {
    "publication": {"run_id", "published_at"},
    "source_loads": {"loaded_at"},
    "engagement_signals": {"inputs_hash"},
    "engagement_score_contributions": {"inputs_hash"},
}
GROWING = [
    "intermediate.int_post_snapshots",
    "intermediate.int_post_increments",
    "marts.fct_post_snapshots",
    "marts.fct_post_daily",
]
BUILT_BEFORE_THE_KILL = 60
WITHOUT_TESTS = ["--exclude-resource-type", "unit_test", "test"]
ADDED = Path(__file__).with_name("added")
ADDED_MODELS = ["conversions_daily", "format_shares"]
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
    settings = Settings.load(home, {**environ, "WAREHOUSE_ENGINE": "spark"})
    _capture_history(settings, sandbox)
    engine.of(settings).prepare()
    _build(settings)
    _add_a_month_that_no_capture_has(settings)
    drop_last_days_files(sandbox, home)
    log = settings.state / "run.log"
    log.unlink()
    day = subprocess.Popen(
        [WAREHOUSE, "run", "--engine", "spark", "--date", str(LAST_DAY), "--home", str(home)],
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


def _capture_history(settings: Settings, sandbox: dict[str, str]) -> None:
    """Capture the days before the last, each as it was at its own midnight, into the lake."""
    capture = f"""if True:
        from datetime import date
        from orchestration import demo, home, run
        from orchestration.settings import Settings
        settings = Settings.load("{settings.home}")
        days = settings.start_date, date.fromisoformat("{LAST_DAY - timedelta(days=1)}")
        home.check_kind(settings, rehearsal=True)
        demo.drop_files(settings, "{sandbox["SANDBOX_URL"]}", *days)
        print(*run.run_days(settings, *days, capture_only=True).problems)
    """
    environ = {**clean_environment(), **settings.environ}
    done = subprocess.run([sys.executable, "-c", capture], env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "\n"), done.stdout + done.stderr


def _build(settings: Settings, *words: str, project: Path = DBT_PROJECT) -> None:
    """Build the models of a project; dbt's tests are left to the day, where all of them run."""
    environ = {**transform.environment(settings), "DBT_PROJECT_DIR": str(project)}
    built = subprocess.run(
        [str(transform.DBT), "--quiet", "build", *(words or WITHOUT_TESTS)],
        env={**clean_environment(), **settings.environ, **environ},
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


def test_every_portable_macro_gives_on_spark_what_it_gives_on_duckdb(home, environ):
    settings = Settings.load(home, {**environ, "WAREHOUSE_ENGINE": "spark"})
    assert portable_macros.given(settings, environ) == portable_macros.expected()


@pytest.fixture(scope="module")
def duckdbs(home, environ) -> Path:
    """What DuckDB makes of the same landing, as the file that would be judged and published."""
    settings = Settings.load(home, environ)
    run.load_landing(settings, *accounts.read(settings.accounts_file))
    _build(settings)
    candidate.write(settings, "by DuckDB")
    return candidate.path_of(settings)


def test_every_table_that_spark_published_is_duckdbs_and_the_killed_worker_cost_no_row(home, running, duckdbs):
    assert running.alive_workers() == 1
    (by_spark,) = (home / "published" / "versions").glob("marts-*.duckdb")
    with duckdb.connect() as con:
        con.execute(f"attach '{by_spark}' as spark (read_only); attach '{duckdbs}' as duckdb (read_only)")
        tables = {engine: _tables(con, engine) for engine in ("spark", "duckdb")}
        assert tables["spark"] == tables["duckdb"]
        assert len(tables["duckdb"]) > 20
        differing = {table: rows for table in tables["duckdb"] if (rows := _differences(con, table))}
    assert differing == {}


def test_models_that_someone_adds_in_plain_portable_sql_build_and_grow_on_both(home, duckdbs, environ, tmp_path):
    """One that is made anew each time, and one by month, whose second build replaces its newest month alone."""
    project = shutil.copytree(DBT_PROJECT, tmp_path / "dbt_project")
    shutil.copytree(ADDED, project / "models" / "marts" / "added")
    settings = {name: Settings.load(home, {**environ, "WAREHOUSE_ENGINE": name}) for name in ENGINES}
    for name in ENGINES:
        for _ in range(2):
            _build(settings[name], "--select", "marts.added", project=project)
    with duckdb.connect() as con:
        con.execute(f"attach '{settings['duckdb'].warehouse}' as duckdb (read_only); attach ':memory:' as spark")
        con.execute("create schema spark.marts")
        for table in ADDED_MODELS:
            files = Spark(settings["spark"]).relation(con, "marts", table)
            con.execute(f"create table spark.marts.{table} as from {files}")
            assert _tables(con, "spark")[table] == _tables(con, "duckdb")[table]
        assert con.execute("select count(distinct month) from duckdb.marts.conversions_daily").fetchone() == (2,)
        assert {table: _differences(con, table) for table in ADDED_MODELS} == {table: [] for table in ADDED_MODELS}


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
