"""One work on both engines at 1×, 4× and 16×: what grows with history over the same raw rows, to read where they cross.

The work  the facts of posts, site and accounts with everything they stand on; the answers built on them are many and
          small, and cost Spark a fixed time each at every size
DuckDB    dbt in a home of its own
Spark     dbt and a rehearsal cluster of two workers that keeps Spark's own settings, the raw rows in the lake; the
          cluster's own start is left out, its warming up is not
Each      wall seconds (here the point: a cluster is there to end sooner), CPU seconds of all processes, the most memory
          that they held at once, bytes of what was read and built
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import REPOSITORY, Line, NotMeasured
from benchmarks.transform import HISTORY
from orchestration import engine, lake, raw, transform
from orchestration.settings import Settings
from sandbox.cluster import Cluster, NotStarted, cluster

FACTORS = (1, 4, 16)
BRANDS = 2
WORK = ["+fct_post_daily", "+fct_site_daily", "+fct_account_daily"]
WITHOUT_TESTS = ["--exclude-resource-type", "unit_test", "test"]
SERVER = Path(os.environ.get("SPARK_SERVER", REPOSITORY / ".venv-spark"))
SAMPLE_S = 0.5
PAGE, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Taken:
    """What one build took."""

    wall_s: float
    cpu_s: float
    memory: int
    size: int

    def __str__(self) -> str:
        return (
            f"{self.wall_s:.0f} s, {self.cpu_s:.0f} s CPU, {self.memory / 1e9:.1f} GB, {self.size / 1e6:.0f} MB on disk"
        )


def measured() -> list[Line]:
    """Build each size on both engines, smallest first."""
    try:
        return [line for factor in FACTORS for line in _at(factor)]
    except NotStarted as reason:
        raise NotMeasured(str(reason)) from None


def _at(factor: int) -> list[Line]:
    """Build one size on DuckDB, then on a cluster that has just started."""
    with tempfile.TemporaryDirectory() as folder:
        home, place = Path(folder) / "home", Path(folder) / "cluster"
        rows = _fill(Settings.load(home), factor * BRANDS)
        duckdb = _on_duckdb(Settings.load(home))
        with cluster(SERVER, place, small=False) as running:
            # dbt's process reads it too.
            os.environ["SPARK_REMOTE"] = running.remote
            spark = _on_spark(home, running, place / "tables")
    return [
        Line(f"{factor:>2} × ({rows / 1e6:.1f} million raw rows), DuckDB", str(duckdb)),
        Line(f"{factor:>2} × ({rows / 1e6:.1f} million raw rows), Spark", str(spark)),
    ]


def _fill(settings: Settings, brands: int) -> int:
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        con.execute(f"set variable brands = {brands}")
        con.execute(HISTORY.read_text(encoding="utf-8"))
        sizes = con.execute("select estimated_size from duckdb_tables() where schema_name like 'raw_%'").fetchall()
        con.execute("checkpoint")
    return sum(size for (size,) in sizes)


def _on_duckdb(settings: Settings) -> Taken:
    taken = _timed(settings, ())
    return Taken(*taken, settings.warehouse.stat().st_size)


def _on_spark(home: Path, running: Cluster, tables: Path) -> Taken:
    filled = Settings.load(home).warehouse
    settings = Settings.load(home, {**os.environ, "WAREHOUSE_ENGINE": "spark"})
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        con.execute(f"attach '{filled}' as filled (read_only)")
        for name in lake.columns(con):
            if name.startswith(("raw_registry.", "raw_files.")):
                con.execute(f"insert into {name} by name from filled.{name}")
            else:
                target = lake.folder(settings, name)
                target.mkdir(parents=True, exist_ok=True)
                con.execute(f"copy (from filled.{name}) to '{target}/all.parquet' (format parquet, compression zstd)")
    engine.of(settings).prepare()
    taken = _timed(settings, running.processes)
    return Taken(*taken, _bytes(settings.lake) + _bytes(tables))


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _timed(settings: Settings, groups: tuple[int, ...]) -> tuple[float, float, int]:
    """Build the work; return wall seconds, CPU seconds and the peak of memory of dbt and of the process `groups`."""
    begun, before = time.monotonic(), _used(groups)[0]
    process = subprocess.Popen(
        [str(transform.DBT), "--quiet", "build", *WITHOUT_TESTS, "--select", *WORK],
        env={**os.environ, **transform.environment(settings)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    peak, ended = [0], threading.Event()

    def sample() -> None:
        while not ended.wait(SAMPLE_S):
            peak[0] = max(peak[0], _used((*groups, process.pid))[1])

    watcher = threading.Thread(target=sample)
    watcher.start()
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    watcher.join()
    if process.returncode:
        raise NotMeasured(" ".join(said.split())[-400:])
    cpu_s = usage.ru_utime + usage.ru_stime + _used(groups)[0] - before
    return time.monotonic() - begun, cpu_s, peak[0]


def _used(groups: tuple[int, ...]) -> tuple[float, int]:
    """Return CPU seconds and bytes of memory of every process of the process groups."""
    cpu_ticks = pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) in groups:
            cpu_ticks += sum(map(int, fields[11:15]))
            pages += int(fields[21])
    return cpu_ticks / TICKS, pages * PAGE
