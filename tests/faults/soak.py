"""Kill runs at random for as long as it takes: `python -m tests.faults.soak [--kills 500] [--minutes 30] [--seed N]`.

The home has all but the last day of the small scenario. Each round runs the last day with its last captures taken back,
in a process group that is killed after a random time, anywhere from the first request to the flip. After each kill what
is served must be whole and one of the two that may be; a ledger entry must have its rows and its pages. Now and then a
run is let through, and must give the very figures of a run that nothing disturbed. Status 1 at the first breach.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration import demo, landing, publish
from orchestration.settings import REPOSITORY, Settings
from tests.end_to_end import conftest as rehearsal

LET_THROUGH_EVERY = 25
RUN = ["run", "--date", "2026-07-12"]


@dataclass
class Tally:
    """What happened: kills, runs that ended before their kill, runs let through."""

    kills: int = 0
    ended: int = 0
    whole: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.kills + other.kills, self.ended + other.ended, self.whole + other.whole)


def main() -> int:
    """Prepare a home, then kill."""
    words = argparse.ArgumentParser(description="Kill runs at random and check what they leave.")
    words.add_argument("--kills", type=int, default=500)
    words.add_argument("--minutes", type=float, default=30)
    words.add_argument("--seed", type=int, default=1)
    told = words.parse_args()
    ends_at = time.monotonic() + 60 * told.minutes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with demo.sandbox(rehearsal.SCENARIO, folder / "truth") as addresses:
            environ = {**rehearsal.clean_environment(), **rehearsal.sandbox_environment(addresses)}
            before = prepared(folder / "before", addresses)
            after, took_s = undisturbed(before, folder / "after", environ)
            workers = os.cpu_count() or 1
            with ThreadPoolExecutor(workers) as pool:
                begun = [
                    pool.submit(
                        soaked,
                        before,
                        folder / f"home{number}",
                        environ,
                        after,
                        random.Random(told.seed + number),
                        -(-told.kills // workers),
                        took_s,
                        ends_at,
                    )
                    for number in range(workers)
                ]
            tally = sum((one.result() for one in begun), Tally())
    print(
        f"{tally.kills} kills, {tally.ended} runs ended first, {tally.whole} let through: "
        "nothing lost, nothing doubled, nothing half served"
    )
    return 0 if tally.kills >= told.kills else 1


def prepared(home: Path, addresses: dict[str, str]) -> Path:
    """Rehearse all days but the last, and drop the last day's files."""
    done = rehearsal.warehouse(home, "demo", "--scenario", str(rehearsal.SCENARIO), "--days", "11", longest_s=900)
    assert done.returncode == 0, done.stderr
    rehearsal.drop_last_days_files(addresses, home)
    return home


def undisturbed(before: Path, home: Path, environ: dict[str, str]) -> tuple[dict, float]:
    """Run the last day once without a kill; return its figures and how long it took."""
    shutil.copytree(before, home, symlinks=True)
    begun = time.monotonic()
    done = rehearsal.warehouse(home, *RUN, environ=environ, longest_s=900)
    assert done.returncode == 0, done.stderr
    return rehearsal.digests(home / "published" / publish.SERVED), time.monotonic() - begun


def soaked(
    before: Path,
    home: Path,
    environ: dict[str, str],
    after: dict,
    dice: random.Random,
    kills: int,
    took_s: float,
    ends_at: float,
) -> Tally:
    """Kill until there were enough; early kills are as likely as late ones, and cost less."""
    tally, first = Tally(), rehearsal.digests(before / "published" / publish.SERVED)
    shutil.copytree(before, home, symlinks=True)
    while tally.kills < kills and time.monotonic() < ends_at:
        through = (
            tally.kills and tally.kills % LET_THROUGH_EVERY == 0 and tally.whole < tally.kills // LET_THROUGH_EVERY
        )
        killed = run_killed(home, environ, None if through else took_s * dice.random() ** 3)
        served = rehearsal.digests(home / "published" / publish.SERVED)
        check(home, served, (first, after))
        if killed:
            tally.kills += 1
        else:
            tally.ended += not through
            tally.whole += bool(through)
            assert served == after, "a run that went through served other figures than an undisturbed one"
            shutil.rmtree(home)
            shutil.copytree(before, home, symlinks=True)
        print(f"{home.name}: {tally.kills} kills", file=sys.stderr, flush=True)
    return tally


def run_killed(home: Path, environ: dict[str, str], after_s: float | None) -> bool:
    """Run the last day and kill it with everything it started; say whether it was killed."""
    process = subprocess.Popen(
        [rehearsal.WAREHOUSE, *RUN, "--home", str(home)],
        cwd=REPOSITORY,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout=after_s or 900)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    assert process.returncode == 0, "a run that nobody killed failed"
    return False


def check(home: Path, served: dict, allowed: tuple[dict, dict]) -> None:
    """Hold what is served, the ledger and the pages against each other."""
    assert served in allowed, "what is served is neither the previous nor the next publication"
    settings = Settings.load(home, {})
    for version in publish.versions(settings):
        assert publish.sha256(version.path) == version.manifest["sha256"], version.path
    with duckdb.connect(str(settings.warehouse)) as con:
        loaded = con.execute(
            "select landing_file, count(*) from raw_registry.loads where status = 'loaded' and source <> 'files'"
            " group by landing_file"
        ).fetchall()
        users = con.execute(
            "select count(*), count(distinct (account_id, window_date, captured_at)) from raw_x.users"
        ).fetchone()
    assert all(count == 1 for _, count in loaded), "a file stands twice in the ledger"
    assert all((settings.landing / file).exists() for file, _ in loaded), "the ledger names pages that are not there"
    assert users[0] == users[1], "a capture was loaded twice"
    for file, _ in loaded[:: max(1, len(loaded) // 20)]:
        pages = settings.landing / file
        sidecar = pages.with_name(pages.name.removesuffix(landing.PAGES) + landing.SIDECAR)
        assert landing.is_whole(settings.landing, landing.read(sidecar)), file


if __name__ == "__main__":
    sys.exit(main())
