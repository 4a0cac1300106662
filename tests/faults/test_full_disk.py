"""F8 on a disk that is really small and full: each step says so, loses nothing, and goes through once there is room.

The disk is a tmpfs of eight megabytes; where this user may not mount one the tests say so and are skipped.
"""

from __future__ import annotations

import errno
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration import candidate, cli, gate, landing, loading, publish, quality, raw, status
from orchestration.settings import Problem, Settings
from tests.faults import small_publication
from tests.faults.conftest import assert_whole
from tests.orchestration.conftest import NOON, land

MEGABYTES = 8
FULL = r"bytes are free|bytes free|No space left"


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """A disk of its own, with next to nothing on it."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("no small disk: there is no `mount` here")
    words = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    mounted = subprocess.run(words, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small disk: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def settings(disk, monkeypatch) -> Settings:
    """A home on that disk, in which one publication of three rows is served and one capture is loaded."""
    monkeypatch.setattr(gate, "suites", small_publication.only_suite)
    settings = Settings.load(disk / "home", {"WAREHOUSE_PERSON_KEY": "a-key-for-tests-only", "X_TOKEN": "canary-token"})
    small_publication.published(settings, "zeroth", 2)
    small_publication.published(settings, "first", 3)
    return settings


@contextmanager
def full(disk: Path, but: int = 0) -> Iterator[None]:
    """Fill the disk to its last page, `but` so many bytes, for the length of a `with`."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError as error:
            assert error.errno == errno.ENOSPC
        file.truncate(max(0, file.tell() - but))
    try:
        yield
    finally:
        filler.unlink()


def left_over(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.home.rglob("*") if path.name.endswith((".tmp", ".wal")))


@pytest.mark.parametrize("free", [0, 65_536, 400_000])
def test_a_candidate_that_does_not_fit_is_named_with_the_free_bytes(settings, disk, monkeypatch, free):
    """Whether the look before finds too little room or the writing runs into the end."""
    small_publication.judged(settings, "second", 4)
    candidate.path_of(settings).unlink()
    for is_looked_at in (True, False):
        with monkeypatch.context() as patched, full(disk, free):
            if not is_looked_at:
                patched.setattr(candidate, "_check_room", lambda _: None)
            with pytest.raises(Problem, match=f"{settings.published}.*{FULL}"):
                candidate.write(settings, "second")
        assert not candidate.path_of(settings).exists()
        assert_whole(settings, 3)
    small_publication.published(settings, "second", 4)
    assert_whole(settings, 4)
    assert left_over(settings) == []


def test_a_publication_whose_manifest_does_not_fit_serves_the_last_one(settings, disk):
    small_publication.judged(settings, "second", 4)
    with full(disk), pytest.raises(OSError, match="No space left"):
        publish.publish(settings, "second")
    assert_whole(settings, 3)
    publish.publish(settings, "second")
    assert_whole(settings, 4)
    assert left_over(settings) == []


@pytest.mark.parametrize("words", [["rollback"], ["publish"]], ids=" ".join)
def test_a_command_on_a_full_disk_ends_in_one_sentence(settings, disk, capsys, words):
    with full(disk):
        assert cli.main([*words, "--home", str(settings.home)]) == 1
        told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "bytes are free" in told or "bytes free" in told
    assert_whole(settings, 2, 3)
    assert cli.main(["rollback", "--home", str(settings.home)]) in (0, 1)
    assert_whole(settings, 2)
    assert left_over(settings) == []


def test_a_verdict_and_a_page_that_do_not_fit_leave_the_ones_before(settings, disk):
    small_publication.judged(settings, "second", 4)
    status.note(settings, "first", [])
    before = (settings.published / status.PAGE).read_bytes()
    with full(disk):
        with pytest.raises(Exception, match="No space left"):
            quality.record(settings, {"run_id": "second", "results": [small_publication.RESULT]})
        with pytest.raises(OSError, match="No space left"):
            status.note(settings, "second", ["x account 42: down"])
    assert list(quality.folder(settings).glob("*.parquet")) == []
    assert status.last_run(settings)["run_id"] == "first"
    assert (settings.published / status.PAGE).read_bytes() == before
    status.note(settings, "second", [])
    quality.record(settings, {"run_id": "second", "results": [small_publication.RESULT]})
    assert left_over(settings) == []


def test_a_capture_that_does_not_fit_is_none_and_the_next_one_is_whole(settings, disk, account):
    with full(disk), pytest.raises(OSError, match="No space left"):
        land(settings, account, 100)
    assert list(settings.landing.rglob(f"*{landing.SIDECAR}")) == []
    capture = land(settings, account, 100)
    assert landing.is_whole(settings.landing, capture)
    assert {path.suffix for path in settings.landing.rglob("*") if path.is_file()} == {".zst", ".json"}


def test_a_load_that_does_not_fit_loses_nothing_that_was_loaded(settings, disk, account):
    settings.warehouse.unlink()
    land(settings, account, 100)
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        loading.load_new(con, settings, "x", None)
        con.execute("checkpoint")
    for day in range(3, 9):
        land(settings, account, 100 + day, at=NOON.replace(day=day))
    told = ""
    with full(disk):
        try:
            with raw.opened(settings.warehouse) as con:
                loading.load_new(con, settings, "x", None)
                con.execute("checkpoint")
        except Exception as error:
            told = settings.no_room(str(error))
    assert told and "make room and run again" in told
    with raw.opened(settings.warehouse) as con:
        ledger = con.execute("select count(*) from raw_registry.loads where status = 'loaded'").fetchone()[0]
        assert con.execute("select count(*) from raw_x.users").fetchone()[0] == ledger >= 1
        loading.load_new(con, settings, "x", None)
        followers = con.execute("select followers_count from raw_x.users order by all").fetchall()
    assert followers == [(number,) for number in (100, *range(103, 109))]
