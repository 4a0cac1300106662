"""Kill runs at random for as long as it takes: `python -m tests.faults.soak [--kills 500] [--minutes 30] [--seed N]`.

The home has all but the last day of the small scenario, and each round runs the last day. Half of the runs die at one
of their touches of a file, any of them; the others are ended after a random time by SIGKILL, SIGTERM or SIGINT, with
all that they started. What a kill left is what the next run finds. After each what is served must be whole and one of
the two that may be, every entry of the ledger must have its rows and its pages, and no file may hold a token. Now and
then a run is let through: it must serve the figures of a run that nothing disturbed, and leave nothing half done.
Status 1 at the first breach, and where there was no time for all kills.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration import cli, definitions, demo, landing, publish, reaper  # noqa: F401  once here, not in each run
from orchestration.settings import Settings
from tests.end_to_end import conftest as rehearsal
from tests.faults import touches

LET_THROUGH_EVERY = 50
RUN = ["run", "--date", "2026-07-12"]
ENDED_BY = [signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT]
LONGEST_S = 900
HALF_DONE = ("*.tmp", ".candidate.duckdb*", ".profile.duckdb*", "*.before-rebuild*")


@dataclass(frozen=True)
class World:
    """What all homes of a soak share: where they begin, what may be served, how a run goes that nothing disturbs."""

    before: Path
    environ: dict[str, str]
    first: dict
    after: dict
    took_s: float
    touches: int
    ends_at: float


@dataclass
class Home:
    """One home that is run and killed over and over."""

    path: Path
    world: World
    digests: dict[str, dict] = field(default_factory=dict)

    def renew(self) -> None:
        """Begin again with all but the last day."""
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.copytree(self.world.before, self.path, symlinks=True)

    def served(self) -> dict:
        """Return the figures that readers get; a version never changes, so each is read once."""
        version = (self.path / "published" / publish.SERVED).resolve()
        if version.name not in self.digests:
            self.digests[version.name] = rehearsal.digests(version)
        return self.digests[version.name]

    def check(self) -> None:
        """Hold what is served, the ledger and the pages against each other, and look for a token in every file."""
        assert self.served() in (self.world.first, self.world.after), "what is served is neither of the two"
        settings = Settings.load(self.path, {})
        for version in publish.versions(settings):
            assert publish.is_whole(version), version.path
        with duckdb.connect(str(settings.warehouse)) as con:
            loaded = con.execute(
                "select landing_file, count(*) from raw_registry.loads where status = 'loaded' and source <> 'files'"
                " group by landing_file"
            ).fetchall()
            users, captures = con.execute(
                "select count(*), count(distinct (account_id, window_date, captured_at)) from raw_x.users"
            ).fetchone()
        assert all(count == 1 for _, count in loaded), "a file stands twice in the ledger"
        assert users == captures, "a capture was loaded twice"
        for file, _ in loaded:
            pages = settings.landing / file
            sidecar = pages.with_name(pages.name.removesuffix(landing.PAGES) + landing.SIDECAR)
            # Between two renames the sidecar of new pages waits beside the old one: test_landing_killed.py.
            vouching = [one for one in (sidecar, sidecar.with_name(sidecar.name + landing.BESIDE)) if one.exists()]
            assert any(landing.is_whole(settings.landing, landing.read(one)) for one in vouching), file
        canary = rehearsal.CANARY.encode()
        told = [path for path in self.path.rglob("*") if path.is_file() and canary in path.read_bytes()]
        assert told == [], "a token is in a file"

    def check_done(self) -> None:
        """A run that was let through has made up for all that was killed before it."""
        assert self.served() == self.world.after, "other figures are served than after an undisturbed run"
        assert [path for pattern in HALF_DONE for path in self.path.rglob(pattern)] == []


def forked(home: Path, environ: dict[str, str], *, touch: int = 0, told: Path | None = None) -> int:
    """Run the last day in a process of its own group, which dies at a touch if one is given; return its id."""
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        os.environ.clear()
        os.environ.update(environ)
        touched = touches.die_at(touch, home)
        status = cli.main([*RUN, "--home", str(home)])
        if told:
            told.write_text(str(touched()))
    finally:
        os._exit(status)


def ended(pid: int, after_s: float, by: signal.Signals = signal.SIGKILL) -> int:
    """Wait for a run, end it after a time with all that it started, and return how it ended."""
    until, sent = time.monotonic() + after_s, False
    while not (found := os.waitpid(pid, os.WNOHANG))[0]:
        if time.monotonic() > until:
            with suppress(ProcessLookupError):  # its group may not be there yet
                os.killpg(pid, signal.SIGKILL if sent else by)
                until, sent = time.monotonic() + 30, True
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(found[1])


def soaked(number: int, folder: Path, world: World, seed: int, kills: int) -> Counter:
    """Kill until there were enough; early kills are as likely as late ones, and cost less."""
    dice, tally, home = random.Random(seed + number), Counter(), Home(folder / f"home{number}", world)
    home.renew()
    while tally["kills"] < kills and time.monotonic() < world.ends_at:
        is_let_through = tally["kills"] >= LET_THROUGH_EVERY * (1 + tally["let through"])
        how, status, expected = attempted(home, dice, is_let_through)
        assert status in expected, f"{how}: the run failed by itself, status {status}"
        home.check()
        tally["kills" if status else "let through" if is_let_through else "ended first"] += 1
        print(f"{home.path.name}: {tally['kills']} kills, {how}, status {status}", file=sys.stderr, flush=True)
        if not status:
            home.check_done()
            home.renew()
    return tally


def attempted(home: Home, dice: random.Random, is_let_through: bool) -> tuple[str, int, set[int]]:
    """Run once and kill it in some way, or not; return how, its status, and those that it may have."""
    world = home.world
    if is_let_through:
        return "let through", ended(forked(home.path, world.environ), LONGEST_S), {0}
    if dice.random() < 0.5:
        touch = 1 + int(world.touches * dice.random() ** 2)
        status = ended(forked(home.path, world.environ, touch=touch), LONGEST_S)
        return f"touch {touch}", status, {0, -signal.SIGKILL}
    by, after_s = dice.choice(ENDED_BY), world.took_s * dice.random() ** 3
    status = ended(forked(home.path, world.environ), after_s, by)
    in_words = set() if by is signal.SIGKILL else {1}
    return f"{by.name} after {after_s:.1f} s", status, {0, -by, -signal.SIGKILL, *in_words}


def prepared(folder: Path, addresses: dict[str, str], ends_at: float) -> World:
    """Rehearse all days but the last, then run the last one once without a kill."""
    before, undisturbed, told = folder / "before", folder / "undisturbed", folder / "touches"
    done = rehearsal.warehouse(
        before, "demo", "--scenario", str(rehearsal.SCENARIO), "--days", "11", longest_s=LONGEST_S
    )
    assert done.returncode == 0, done.stderr
    rehearsal.drop_last_days_files(addresses, before)
    environ = {**rehearsal.clean_environment(), **rehearsal.sandbox_environment(addresses)}
    shutil.copytree(before, undisturbed, symlinks=True)
    begun = time.monotonic()
    assert ended(forked(undisturbed, environ, told=told), LONGEST_S) == 0, "an undisturbed run failed"
    took_s = time.monotonic() - begun
    first, after = (rehearsal.digests(home / "published" / publish.SERVED) for home in (before, undisturbed))
    assert first != after
    return World(before, environ, first, after, took_s, int(told.read_text()), ends_at)


def main() -> int:
    """Prepare a home, then kill."""
    words = argparse.ArgumentParser(description="Kill runs at random and check what they leave.")
    words.add_argument("--kills", type=int, default=500)
    words.add_argument("--minutes", type=float, default=30)
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    ends_at, workers = time.monotonic() + 60 * asked.minutes, min(os.cpu_count() or 1, asked.kills)
    with tempfile.TemporaryDirectory() as name, demo.sandbox(rehearsal.SCENARIO, Path(name) / "truth") as addresses:
        world = prepared(Path(name), addresses, ends_at)
        print(f"undisturbed: {world.took_s:.0f} s, {world.touches} touches", file=sys.stderr, flush=True)
        shares = [asked.kills // workers + (number < asked.kills % workers) for number in range(workers)]
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
            begun = [
                pool.submit(soaked, number, Path(name), world, asked.seed, kills) for number, kills in enumerate(shares)
            ]
            tally = sum((one.result() for one in begun), Counter())
    print(
        f"{tally['kills']} kills, {tally['ended first']} runs ended first, {tally['let through']} let through: "
        "nothing lost, nothing doubled, nothing half served"
    )
    return 0 if tally["kills"] >= asked.kills else 1


if __name__ == "__main__":
    sys.exit(main())
