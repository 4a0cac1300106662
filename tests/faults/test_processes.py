"""Processes that die, stop or meet: nothing is half loaded, a home has one holder, what a dead one held is freed."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from connectors import SOURCES
from orchestration import gate, home, loading, publish, raw, reaper
from orchestration.settings import REPOSITORY, Problem
from tests.faults import small_publication
from tests.orchestration.conftest import NOON, land

HOLD = (
    "import sys, time; from orchestration import home; from orchestration.settings import Settings;"
    "home.hold(Settings.load(sys.argv[1], {})); print('held', flush=True); time.sleep(60)"
)
LOAD = """
import os, signal, sys
from orchestration import ledger, loading, raw
from orchestration.settings import Settings
settings = Settings.load(sys.argv[1], {})
ledger.enter = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with raw.opened(settings.warehouse) as con:
    loading.load_new(con, settings, "x", None)
"""


def python(code: str, *words: str) -> subprocess.Popen:
    """Run a few lines in a process of their own."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def held(settings) -> subprocess.Popen:
    """A process that holds the home."""
    holder = python(HOLD, str(settings.home))
    assert holder.stdout.readline() == "held\n"
    return holder


def ended(process: subprocess.Popen) -> None:
    process.kill()
    process.communicate(timeout=30)


def loaded(settings) -> tuple[int, int]:
    """Rows of the table, and entries of the ledger."""
    with raw.opened(settings.warehouse, read_only=True) as con:
        return con.execute(
            "select (select count(*) from raw_x.users), (select count(*) from raw_registry.loads)"
        ).fetchone()


def test_a_kill_between_the_rows_and_the_ledger_leaves_neither(settings, account):
    """F2: both are of one transaction; the next load brings both."""
    land(settings, account, 100)
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
    died = python(LOAD, str(settings.home))
    died.communicate(timeout=60)
    assert died.returncode == -signal.SIGKILL
    assert loaded(settings) == (0, 0)
    with raw.opened(settings.warehouse) as con:
        loading.load_new(con, settings, "x", None)
    assert loaded(settings) == (1, 1)


def test_a_full_disk_while_loading_loses_nothing_that_was_loaded(settings, account):
    """F8: the load fails in a sentence, the file opens with its old rows, and the same load goes through later."""
    land(settings, account, 100)
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        loading.load_new(con, settings, "x", None)
        con.execute("checkpoint")
    land(settings, account, 200, at=NOON.replace(day=3))
    pid = os.fork()
    if pid == 0:
        size = settings.warehouse.stat().st_size
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))
        try:
            with raw.opened(settings.warehouse) as con:
                loading.load_new(con, settings, "x", None)
                con.execute("checkpoint")
        except (duckdb.Error, OSError, Problem):
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    with raw.opened(settings.warehouse) as con:
        loading.load_new(con, settings, "x", None)
    assert loaded(settings) == (2, 2)


def test_of_twenty_that_begin_at_once_one_holds_the_home_and_the_others_are_told(settings):
    """F39: two runs of a day, a back-fill beside the nightly run: one works, the others end naming its process."""
    settings.home.mkdir(exist_ok=True)
    begun = [python(HOLD, str(settings.home)) for _ in range(20)]
    try:
        waited = time.monotonic() + 60
        while sum(one.poll() is None for one in begun) > 1 and time.monotonic() < waited:
            time.sleep(0.1)
        alive = [one for one in begun if one.poll() is None]
        assert len(alive) == 1
        said = [one.stderr.read() for one in begun if one is not alive[0]]
        assert [text for text in said if f"another run (process {alive[0].pid}) is at work" not in text] == []
    finally:
        for one in begun:
            ended(one)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGHUP])
def test_a_process_that_ends_by_any_signal_lets_the_home_go(settings, number):
    """F45: no lock is left behind."""
    holder = held(settings)
    holder.send_signal(number)
    holder.wait(timeout=30)
    ended(holder)
    with home.alone(settings):
        pass


def test_a_stopped_process_keeps_the_home_until_it_goes_on_and_ends(settings):
    """F45: SIGSTOP is no end; whoever comes meanwhile is told, and nothing is taken from the sleeper."""
    holder = held(settings)
    try:
        holder.send_signal(signal.SIGSTOP)
        with pytest.raises(Problem, match=f"process {holder.pid}"):
            home.hold(settings)
        holder.send_signal(signal.SIGCONT)
    finally:
        ended(holder)
    with home.alone(settings):
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_command_that_is_ended_takes_the_judge_with_it_and_lets_the_home_go(settings, tmp_path, monkeypatch, number):
    """F45: whoever is told to end says so in a sentence; of one that is killed nothing works on for long."""
    monkeypatch.setattr(gate, "suites", small_publication.only_suite)
    small_publication.published(settings, "first", 3)
    begun = tmp_path / "begun"
    stub = tmp_path / "stub"
    stub.mkdir()
    (stub / "great_expectations.py").write_text(
        f"import os, pathlib, time; pathlib.Path({str(begun)!r}).write_text(str(os.getpid())); time.sleep(300)"
    )
    monkeypatch.setenv("PYTHONPATH", str(stub))
    command = python(
        "import sys; from orchestration import cli; sys.exit(cli.main())", "publish", "--home", str(settings.home)
    )
    try:
        assert waited(begun.exists)
        judge_pid = int(begun.read_text())
        command.send_signal(number)
        _, said = command.communicate(timeout=30)
        assert command.returncode == (-number if number == signal.SIGKILL else 1)
        assert "interrupted: nothing half done is served" in said or number == signal.SIGKILL
        assert waited(lambda: reaper.signature(judge_pid) is None)
    finally:
        ended(command)
    with home.alone(settings), publish.opened(settings) as con:
        assert con.execute("select count(*) from marts.fct_x").fetchone() == (3,)


def waited(is_so) -> bool:
    """Wait until something is so, a minute at the longest."""
    until = time.monotonic() + 60
    while not (found := is_so()) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def test_a_builder_by_hand_meets_a_lock_and_is_named_by_it(settings):
    """F39: dbt by hand beside a run: DuckDB has one writer, and the second is told which process it is."""
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        code = "import sys, duckdb; duckdb.connect(sys.argv[1])"
        second = python(code, str(settings.warehouse))
        _, said = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"PID {os.getpid()}" in said


def test_a_dead_run_frees_its_slot_for_the_next(tmp_path):
    """F6: the reaper marks the run as failed and frees the slot in the pool at once."""
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    signed = reaper.signature(gone.pid)
    gone.wait()

    @dg.job
    def work():
        pass

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        log = instance.event_log_storage
        log.set_concurrency_slots("warehouse", 1)
        dead = instance.create_run_for_job(
            work, status=dg.DagsterRunStatus.STARTED, tags={reaper.TAG: signed or "host:1:1"}
        )
        assert log.claim_concurrency_slot("warehouse", dead.run_id, "loading").is_claimed
        assert not log.claim_concurrency_slot("warehouse", "next", "loading").is_claimed
        before = time.monotonic()
        assert reaper.reap(instance) == [dead.run_id]
        assert time.monotonic() - before < 60
        log.free_concurrency_slots_for_run("next")
        assert log.claim_concurrency_slot("warehouse", "next", "loading").is_claimed


def test_every_source_says_how_many_of_its_accounts_may_be_asked_at_once():
    """F39: concurrency towards a source is declared, never a matter of the machine."""
    assert {name: source.accounts_at_once > 0 for name, source in SOURCES.items()} == dict.fromkeys(SOURCES, True)
    assert Path(REPOSITORY / "dagster.yaml").read_text().count("max_concurrent_runs: 1") == 1
