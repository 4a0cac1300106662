"""Publication under every fault: the served file is the previous one or the next, whole, and never absent."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from orchestration import candidate, gate, publish
from orchestration.settings import REPOSITORY, Problem
from tests.faults import small_publication
from tests.faults.conftest import assert_whole, open_read_only, served_rows


def touched(home, number: int, action: str) -> subprocess.CompletedProcess:
    """Run an action that dies at its n-th touch of the home."""
    words = [sys.executable, "-m", "tests.faults.touches", str(number), action, str(home)]
    return subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("action", ["publish", "rollback", "note"])
def test_a_kill_at_each_touch_of_the_home_leaves_one_whole_publication_served(settings, tmp_path, action):
    """F5: every opening, renaming, linking and changing of a file is a kill point; then the same again goes through."""
    small_publication.published(settings, "zeroth", 2)
    small_publication.published(settings, "first", 3)
    allowed = {"publish": (3, 4), "rollback": (2, 3), "note": (3,)}[action]
    small_publication.judged(settings, "second", 4)
    for number in range(1, 100):
        home = tmp_path / "copy"
        shutil.copytree(settings.home, home, symlinks=True)
        ours = type(settings).load(home, settings.environ)
        died = touched(home, number, action)
        assert died.returncode in (-signal.SIGKILL, 3), died.stderr
        assert_whole(ours, *allowed)
        if served_rows(ours)[0] == 3 and action == "publish":
            small_publication.published(ours, "again", 4)
            assert_whole(ours, 4)
        assert not list(ours.published.rglob("*.tmp")) or died.returncode != 3
        shutil.rmtree(home)
        if died.returncode == 3:
            break
    assert number > 4, "an action of so few touches is not what it was"


def test_a_stale_log_beside_the_served_name_changes_nothing(settings):
    """F7: a log that a dead writer left belongs to no version, since no name is used twice."""
    first = small_publication.published(settings, "first", 3)
    for name in (publish.SERVED, first.path.name):
        beside = settings.published / "versions" / f"{name}.wal"
        beside.write_bytes(b"stale log of another file")
    (settings.published / f"{publish.SERVED}.wal").write_bytes(b"stale log of another file")
    small_publication.published(settings, "second", 4)
    assert_whole(settings, 4)


CRASH = """
import os, sys, duckdb
con = duckdb.connect(sys.argv[1])
con.execute("pragma disable_checkpoint_on_shutdown; create table dead as select 1")
os._exit(0)
"""


def test_the_log_of_a_writer_that_died_at_the_candidate_gets_into_no_publication(settings):
    """F7: the candidate's is the one name that is used again, so its log goes before anything is written."""
    small_publication.published(settings, "first", 3)
    file = candidate.path_of(settings)
    for keeps_the_file in (True, False):
        subprocess.run([sys.executable, "-c", CRASH, str(file)], check=True)
        assert file.with_name(f"{file.name}.wal").stat().st_size > 0
        if not keeps_the_file:
            file.unlink()
        small_publication.published(settings, "second", 4)
        assert_whole(settings, 4)
        with publish.opened(settings) as con:
            tables = con.execute("select table_name from duckdb_tables() order by all").fetchall()
        assert tables == [("fct_x",), ("publication",), ("source_loads",)]


def test_a_full_disk_is_named_and_what_is_served_stays(settings):
    """F8: a limit on the size of files stands for the disk, since it needs no privilege."""
    small_publication.published(settings, "first", 3)
    small_publication.judged(settings, "second", 4)
    candidate.path_of(settings).unlink()
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
        try:
            candidate.write(settings, "second")
        except Problem as problem:
            told = "could not be written" in str(problem) and "bytes are free" in str(problem)
            os._exit(0 if told and not candidate.path_of(settings).exists() else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert_whole(settings, 3)
    small_publication.published(settings, "again", 4)
    assert_whole(settings, 4)


def test_a_byte_that_flips_anywhere_after_the_verdict_is_refused(settings):
    """F9: one byte in each 4 KiB, and a file cut short: the verdict is on other bytes then."""
    small_publication.published(settings, "first", 3)
    small_publication.judged(settings, "second", 4)
    file = candidate.path_of(settings)
    whole = file.read_bytes()
    for place in range(0, len(whole), 4096):
        damaged = bytearray(whole)
        damaged[place + 7] ^= 0xFF
        file.write_bytes(damaged)
        with pytest.raises(Problem, match="has not judged this candidate"):
            publish.publish(settings, "second")
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Problem, match="has not judged this candidate"):
        publish.publish(settings, "second")
    assert_whole(settings, 3)


def test_a_clock_that_jumps_back_orders_no_version_before_the_one_it_follows(settings, monkeypatch):
    """F25: versions are in the order of their publication, whatever the clock says."""

    class Back(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(hours=2)

    first = small_publication.published(settings, "first", 3)
    monkeypatch.setattr(publish, "datetime", Back)
    second = small_publication.published(settings, "second", 4)
    assert second.path.name > first.path.name
    assert datetime.strptime(second.manifest["published_at"], publish.STAMP).replace(tzinfo=UTC) > datetime.now(
        UTC
    ) - timedelta(minutes=5)
    assert publish.rollback(settings).path == first.path


def test_a_named_version_is_served_again_and_later_ones_are_withdrawn(settings):
    """F41: rollback to a name; what was withdrawn is never served by another rollback; a new run goes on."""
    first = small_publication.published(settings, "first", 3)
    small_publication.published(settings, "second", 4)
    small_publication.published(settings, "third", 5)
    with pytest.raises(Problem, match="names none of the versions"):
        publish.rollback(settings, "20200101")
    assert publish.rollback(settings, first.path.stem).path == first.path
    assert_whole(settings, 3)
    assert [bool(version.manifest.get("withdrawn")) for version in publish.versions(settings)] == [False, True, True]
    small_publication.published(settings, "fourth", 6)
    assert_whole(settings, 6)
    assert publish.rollback(settings).path == first.path


def test_a_kept_version_that_was_damaged_is_not_rolled_back_to(settings):
    """F41: the manifest's hash says whether a version is still what was published."""
    first = small_publication.published(settings, "first", 3)
    small_publication.published(settings, "second", 4)
    first.path.chmod(0o640)
    first.path.write_bytes(first.path.read_bytes()[:-1])
    with pytest.raises(Problem, match="is not what was published"):
        publish.rollback(settings)
    assert served_rows(settings) == (4, 4)


@pytest.mark.parametrize("trouble", ["missing", "raises", "killed"])
def test_a_gate_that_can_not_judge_publishes_nothing(settings, tmp_path, monkeypatch, trouble):
    """F4 and F42: missing, raising or killed, Great Expectations leaves no verdict; without one nothing is served."""
    said = {"missing": "raise ImportError('none')", "raises": "1 / 0", "killed": "import os; os.kill(os.getpid(), 9)"}
    stub = tmp_path / "stub"
    stub.mkdir()
    (stub / "great_expectations.py").write_text(said[trouble])
    small_publication.published(settings, "first", 3)
    small_publication.judged(settings, "second", 4)
    monkeypatch.setenv("PYTHONPATH", str(stub))
    with pytest.raises(Problem, match=r"could not judge .* nothing is published"):
        gate.judge(settings, candidate.path_of(settings))
    with pytest.raises(Problem, match="has not judged this candidate"):
        publish.publish(settings, "second")
    assert_whole(settings, 3)


def test_the_served_file_is_of_the_oldest_storage_that_all_readers_share(settings):
    """F44: DuckDB 1.4, 1.5 and 2.0 open it; test_readers.py does so with 1.4 and 2.0."""
    version = small_publication.published(settings, "first", 3)
    with open_read_only(version.path) as con:
        tags = con.execute("select tags from duckdb_databases() where not internal").fetchone()[0]
    assert tags["storage_version"].startswith("v1.4.0")


@pytest.mark.slow
def test_eight_readers_through_two_hundred_publications_see_one_whole_version_each(settings):
    """F40: no reader meets an error or two versions at once, and the last one that opens gets the newest."""
    small_publication.published(settings, "first", 1)
    troubles, seen, stop = [], set(), threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                rows, told = served_rows(settings)
                seen.add(rows)
                if rows != told:
                    troubles.append(f"{rows} rows of version {told}")
            except duckdb.Error as error:
                troubles.append(str(error))

    readers = [threading.Thread(target=read, daemon=True) for _ in range(8)]
    for reader in readers:
        reader.start()
    for rows in range(2, 202):
        small_publication.published(settings, f"run{rows:05}", rows)
    stop.set()
    for reader in readers:
        reader.join()
    assert troubles == []
    assert len(seen) > 20
    assert served_rows(settings) == (201, 201)


def test_a_reader_can_not_leave_the_file_it_was_given(settings):
    """F37: no file, no address, no other database and no setting is in reach of a query on what is served."""
    small_publication.published(settings, "first", 3)
    with publish.opened(settings) as con:
        for query in (
            "from '/etc/passwd'",
            "from 'https://example.com/x.csv'",
            "attach '/tmp/other.duckdb'",
            "copy (select 1) to '/tmp/out.csv'",
            "install httpfs",
            "load httpfs",
            "set enable_external_access = true",
            "set lock_configuration = false",
            "drop table marts.fct_x",
            "create table marts.y as select 1",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(query).fetchall()
    assert_whole(settings, 3)


def test_the_manifest_and_every_file_beside_it_are_for_owner_and_group_only(settings):
    """What is published has modes 0640 and 0750, and the manifest the hash of what is served."""
    version = small_publication.published(settings, "first", 3)
    manifest = json.loads(version.path.with_suffix(".json").read_text())
    assert manifest["sha256"] == publish.sha256(version.path)
    assert set(manifest["tables"]) == {"fct_x", "publication", "source_loads"}
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in version.path.parent.glob("marts-*")}
    assert set(modes.values()) == {"0o640"}
    assert oct(settings.published.stat().st_mode & 0o777) == "0o750"
    assert oct(version.path.parent.stat().st_mode & 0o777) == "0o750"
