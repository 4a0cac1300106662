"""A run that is killed anywhere loses nothing, doubles nothing, and never takes the served file away."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import REPOSITORY
from tests.end_to_end.conftest import clean_environment, digests, sandbox_environment, warehouse
from tests.end_to_end.test_same_figures import drop_last_days_files

pytestmark = pytest.mark.slow

POINTS = ["fetching", "landing", "loading", "building", "judging", "publishing", "pruning"]


class Reader(threading.Thread):
    """Asks the served file over and over, as a dashboard would, and notes what it got."""

    def __init__(self, file: Path):
        super().__init__(daemon=True)
        self.file, self.troubles, self.seen, self.stop = file, [], set(), threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.05):
            try:
                with duckdb.connect(str(self.file), read_only=True) as con:
                    run_id, counts = con.execute("select run_id, row_counts from marts.publication").fetchone()
                    days = con.execute("select count(*) from marts.funnel_daily").fetchone()[0]
                self.seen.add((run_id, counts, days))
            except duckdb.Error as error:
                self.troubles.append(str(error))


@pytest.mark.parametrize("point", POINTS)
def test_a_run_killed_while(point, rehearsed, home_before_the_last_day, sandbox):
    home = home_before_the_last_day
    served = home / "published" / "marts.duckdb"
    before, after = digests(served), digests(rehearsed / "published" / "marts.duckdb")
    environ = sandbox_environment(sandbox, home)
    drop_last_days_files(rehearsed, home)
    words = ["run", "--date", "2026-07-12"]
    reader = Reader(served)
    reader.start()

    killed = subprocess.run(
        [sys.executable, "-m", "tests.end_to_end.kill", point, *words, "--home", str(home)],
        cwd=REPOSITORY,
        env={**clean_environment(), **environ},
        capture_output=True,
        start_new_session=True,
        timeout=300,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr.decode()
    assert digests(served) == (after if point == "pruning" else before)

    again = warehouse(home, *words, environ=environ)
    assert again.returncode == 0, again.stderr
    assert digests(served) == after

    reader.stop.set()
    reader.join()
    assert reader.troubles == []
    assert len({seen[0] for seen in reader.seen}) == len(reader.seen), "a version changed under a reader"
    assert [path.name for path in home.rglob("*.tmp")] == []
