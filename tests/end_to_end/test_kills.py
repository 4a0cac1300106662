"""A run that is killed anywhere loses nothing, doubles nothing, and never takes the served file away."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import REPOSITORY
from tests.end_to_end.conftest import (
    clean_environment,
    digests,
    drop_last_days_files,
    sandbox_environment,
    warehouse,
)

pytestmark = pytest.mark.slow

POINTS = ["fetching", "landing", "loading", "building", "judging", "publishing"]


class Reader(threading.Thread):
    """Asks the served file over and over, as a dashboard would, and notes what it got."""

    def __init__(self, file: Path):
        super().__init__(daemon=True)
        self.file, self.troubles, self.seen, self.stop = file, [], set(), threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.25):
            try:
                with duckdb.connect(str(self.file), read_only=True) as con:
                    run_id, counts = con.execute("select run_id, row_counts from marts.publication").fetchone()
                    days = con.execute("select count(*) from marts.funnel_daily").fetchone()[0]
                self.seen.add((run_id, counts, days))
            except duckdb.Error as error:
                self.troubles.append(str(error))


def test_a_run_killed_at_point_after_point_ends_as_if_it_had_never_been(rehearsed, home_before_the_last_day, sandbox):
    home = home_before_the_last_day
    served = home / "published" / "marts.duckdb"
    before, after = digests(served), digests(rehearsed / "published" / "marts.duckdb")
    environ = sandbox_environment(sandbox)
    drop_last_days_files(sandbox, home)
    words = ["run", "--date", "2026-07-12"]
    reader = Reader(served)
    reader.start()

    for point in POINTS:
        killed = subprocess.run(
            [sys.executable, "-m", "tests.end_to_end.kill", point, *words, "--home", str(home)],
            cwd=REPOSITORY,
            env={**clean_environment(), **environ},
            capture_output=True,
            start_new_session=True,
            timeout=300,
            check=False,
        )
        assert killed.returncode == -9, f"{point}: {killed.stderr.decode()}"
        assert digests(served) == before, point

    again = warehouse(home, *words, environ=environ)
    assert again.returncode == 0, again.stderr
    assert digests(served) == after

    reader.stop.set()
    reader.join()
    assert reader.troubles == []
    assert len({seen[0] for seen in reader.seen}) == len(reader.seen), "a version changed under a reader"
    assert [path.name for path in home.rglob("*.tmp")] == []
