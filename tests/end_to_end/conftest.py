"""One rehearsed history of twelve days for all tests of the whole pipeline, made by the command that users type."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import demo
from orchestration.settings import REPOSITORY, Settings

SCENARIO = REPOSITORY / "sandbox" / "scenarios" / "small.yml"
WAREHOUSE = str(Path(sys.executable).with_name("warehouse"))
LAST_DAY = date(2026, 7, 12)
CANARY = "canary-7f3a9c51e0"
# What says when and how something was published, and so differs between two runs of the same days.
# An archived file is named after the moment it was taken in; what a second fetch of a day asks depends on the first.
OF_THE_RUN = {
    "publication": None,
    "source_loads": ["loaded_at", "load_id", "landing_file", "request_count"],
}


def warehouse(
    home: Path, *words: str, environ: dict[str, str] | None = None, longest_s: int = 300
) -> subprocess.CompletedProcess:
    """Run the command as a user would."""
    return subprocess.run(
        [WAREHOUSE, *words, "--home", str(home)],
        env={**clean_environment(), **(environ or {})},
        capture_output=True,
        text=True,
        timeout=longest_s,
        check=False,
    )


def clean_environment() -> dict[str, str]:
    """The environment without any setting of the warehouse that the caller happens to have."""
    ours = ("WAREHOUSE_", "INSTAGRAM_", "X_", "GA4_", "HUBSPOT_", "DAGSTER_", "DBT_", "SPARK_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def sandbox_environment(addresses: dict[str, str]) -> dict[str, str]:
    """The settings that point a run at the sandbox, each token a canary."""
    accounts = REPOSITORY / "accounts.yml"
    names = re.findall(r"token_env: (\w+)", accounts.read_text(encoding="utf-8"))
    # The sandbox's HubSpot knows a portal only by what its token names.
    tokens = {name: f"{CANARY}-{name.rsplit('_', 1)[1].lower()}" for name in names}
    bases = {
        name: f"{addresses['SANDBOX_URL']}/at/{demo.PRESENT}/{address.rsplit('/', 1)[1]}"
        for name, address in addresses.items()
        if name.endswith("_BASE_URL")
    }
    return {
        **tokens,
        **bases,
        "WAREHOUSE_PERSON_KEY": demo.PERSON_KEY,
        "WAREHOUSE_START_DATE": "2026-07-01",
        "WAREHOUSE_ACCOUNTS": str(accounts),
    }


def drop_last_days_files(addresses: dict[str, str], home: Path) -> None:
    """Put what the product exports on the last day into the inbox."""
    demo.drop_files(Settings.load(home, {}), addresses["SANDBOX_URL"], LAST_DAY, LAST_DAY)


def digests(file: Path) -> dict[str, tuple[int, int]]:
    """Row count and order-free content hash of every published table, what belongs to the run left out."""
    found = {}
    with duckdb.connect(str(file), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        tables = con.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        for (table,) in sorted(tables):
            left_out = OF_THE_RUN.get(table, [])
            if left_out is None:
                continue
            columns = f"* exclude ({', '.join(left_out)})" if left_out else "*"
            found[table] = con.execute(
                f"select count(*), sum(hash(each)) from (select {columns} from marts.{table}) as each"
            ).fetchone()
    return found


def made_once(tmp_path_factory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first process of this test run to ask for it fills, for all of them."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    home, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            make(home)
            done.touch()
    return home


@pytest.fixture(scope="session")
def rehearsed(tmp_path_factory) -> Path:
    """A home in which the small scenario was rehearsed."""

    def make(home: Path) -> None:
        done = warehouse(home, "demo", "--scenario", str(SCENARIO))
        assert done.returncode == 0, done.stderr
        (home / "demo.txt").write_text(done.stdout, encoding="utf-8")

    return made_once(tmp_path_factory, "rehearsed", make)


@pytest.fixture(scope="session")
def before_the_last_day(tmp_path_factory, rehearsed) -> Path:
    """A home in which all but the last day was rehearsed; what dbt parsed and derived there serves here too."""

    def make(home: Path) -> None:
        shutil.copytree(rehearsed / ".warehouse" / "dbt", home / ".warehouse" / "dbt")
        done = warehouse(home, "demo", "--scenario", str(SCENARIO), "--days", "11")
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "before", make)


@pytest.fixture
def home_before_the_last_day(before_the_last_day, tmp_path) -> Path:
    """A copy of that home for one test to do with as it likes."""
    home = tmp_path / "home"
    shutil.copytree(before_the_last_day, home, symlinks=True)
    return home


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    """The small scenario's servers."""
    with demo.sandbox(SCENARIO, tmp_path_factory.mktemp("truth")) as addresses:
        yield addresses
