"""Files of a home that somebody changed: each command says in a sentence what it is and the remedy; a run heals."""

from __future__ import annotations

import json
import shutil
import struct
from types import SimpleNamespace

import pytest

from orchestration import alerts, candidate, cli, gate, judge, landing, loading, publish, raw, run, status
from orchestration.settings import Problem
from tests.faults import small_publication
from tests.faults.conftest import assert_whole, served_rows
from tests.orchestration.conftest import land

BACK = "`warehouse rollback` serves the version before it"


@pytest.fixture
def twice(settings):
    """A home with two publications, of three rows and of four."""
    small_publication.published(settings, "first", 3)
    small_publication.published(settings, "second", 4)
    status.note(settings, "second", [])
    return settings


def said(settings, capsys, *words: str) -> tuple[int, str]:
    """Run a command; return its exit status and all that it said."""
    ended = cli.main([*words, "--home", str(settings.home)])
    told = capsys.readouterr()
    return ended, told.out + told.err


def cut_short(settings):
    path = publish.served(settings)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def filled_with_garbage(settings):
    path = publish.served(settings)
    path.chmod(0o640)
    path.write_bytes(b"garbage" * 1000)


def without_its_manifest(settings):
    publish.served(settings).with_suffix(".json").unlink()


def with_half_a_manifest(settings):
    publish.served(settings).with_suffix(".json").write_text('{"run_id": "sec')


def removed(settings):
    publish.served(settings).unlink()


DAMAGES = {
    cut_short: "can't be read",
    filled_with_garbage: "can't be read",
    without_its_manifest: "is missing or damaged",
    with_half_a_manifest: "is missing or damaged",
    removed: "leads nowhere",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_served_file_that_was_damaged_is_named_and_a_rollback_serves_the_one_before(twice, capsys, damage):
    damage(twice)
    ended, told = said(twice, capsys, "status")
    assert ended == 1
    assert DAMAGES[damage] in told and "`warehouse rollback` serves the" in told
    assert DAMAGES[damage] in status.write_page(twice).read_text(encoding="utf-8").replace("&#39;", "'")
    assert said(twice, capsys, "rollback")[0] == 0
    assert served_rows(twice) == (3, 3)
    assert said(twice, capsys, "status")[0] == 0


@pytest.mark.parametrize("damage", [cut_short, filled_with_garbage], ids=lambda damage: damage.__name__)
def test_an_export_of_a_damaged_file_is_not_blamed_on_the_file_it_writes(twice, capsys, tmp_path, damage):
    damage(twice)
    ended, told = said(twice, capsys, "export", "fct_x", "--to", str(tmp_path / "x.csv"))
    assert ended == 1 and BACK in told
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize("damage", [cut_short, filled_with_garbage, with_half_a_manifest])
def test_a_night_after_a_damaged_publication_is_judged_beside_the_one_before_and_heals(twice, monkeypatch, damage):
    """What is served and broken must not keep the next publication from its readers."""
    first, beside = publish.versions(twice)[0].path, []

    class Asked(Exception):
        pass

    def run(words, **_):
        beside.append(words[5:])
        raise Asked

    damage(twice)
    small_publication.judged(twice, "third", 5)
    monkeypatch.setattr(gate, "subprocess", SimpleNamespace(run=run))
    with pytest.raises(Asked):
        gate.judge(twice, candidate.path_of(twice))
    assert beside == [[str(first)]]
    small_publication.published(twice, "third", 5)
    assert served_rows(twice) == (5, 5)


def test_a_file_in_the_place_of_the_link_is_replaced_by_it(twice, capsys):
    link = twice.published / publish.SERVED
    file = link.resolve()
    link.unlink()
    shutil.copy(file, link)
    assert said(twice, capsys, "rollback")[0] == 0
    assert link.is_symlink()
    assert_whole(twice, 4)


@pytest.mark.parametrize("place", ["published/marts.duckdb", ".warehouse/run.lock"])
def test_a_folder_in_the_place_of_a_file_is_named(twice, capsys, place):
    path = twice.home / place
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)
    ended, told = said(twice, capsys, "rollback")
    assert ended == 1
    assert told.startswith(f"warehouse: {path.parent}") and "see what lies there" in told


def test_half_a_verdict_is_no_verdict(twice):
    small_publication.judged(twice, "third", 5)
    gate.verdict_path(twice).write_text('{"sha256": "')
    with pytest.raises(Problem, match="has not judged this candidate"):
        publish.publish(twice, "third")
    assert_whole(twice, 4)


def test_half_a_note_of_the_last_run_is_none(twice, capsys):
    (twice.state / "last_run.json").write_text('{"run_id"')
    assert said(twice, capsys, "status")[0] == 0
    assert status.last_run(twice) is None


@pytest.mark.parametrize("content", [b"garbage" * 4000, None], ids=["garbage", "cut short"])
def test_a_damaged_build_file_is_told_from_a_full_disk_and_a_rebuild_gets_past_it(twice, capsys, content):
    whole = twice.warehouse.read_bytes()
    twice.warehouse.write_bytes(content or whole[: len(whole) // 2])
    ended, told = said(twice, capsys, "publish")
    assert ended == 1
    assert "`warehouse rebuild` makes it anew" in told and "make room" not in told
    assert run._loaded(twice) == set()
    assert_whole(twice, 4)


def a_folder(path):
    path.unlink()
    path.mkdir()


def a_link_to_nothing(path):
    path.unlink()
    path.symlink_to("/nonexistent")


HARMS = {
    "missing": lambda path: path.unlink(),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "garbage": lambda path: path.write_bytes(b"garbage" * 20),
    "empty": lambda path: path.write_bytes(b""),
    "a folder": a_folder,
    "a link to nothing": a_link_to_nothing,
}


# Pages without a sidecar were never landed whole, and are no capture.
HARMED = [*((landing.PAGES, harm) for harm in HARMS), *((landing.SIDECAR, harm) for harm in HARMS if harm != "missing")]


@pytest.mark.parametrize(("ending", "harm"), HARMED)
def test_a_landed_file_that_was_damaged_is_named_with_the_remedy_which_helps(settings, account, ending, harm):
    pages = land(settings, account, 100).path(settings.landing)
    path = pages.with_name(pages.name.removesuffix(landing.PAGES) + ending)
    HARMS[harm](path)
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        with pytest.raises(Problem, match=f"{path.name} is damaged: .*`warehouse run --date 2026-07-01`"):
            loading.load_new(con, settings, "x", None)
        assert con.execute("select count(*) from raw_x.users").fetchone() == (0,)
        for each in pages.parent.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        land(settings, account, 100)
        loading.load_new(con, settings, "x", None)
        assert con.execute("select followers_count from raw_x.users").fetchall() == [(100,)]


def of_storage_version(number: int, content: bytes) -> bytes:
    """Return a database file as another version: checksum, magic word and version begin its first block of 4 KiB."""

    def words(header: bytes) -> list[int]:
        return list(struct.unpack("<511Q", header[8:4096]))

    changed = content[:12] + struct.pack("<Q", number) + content[20:]
    (checksum,) = struct.unpack("<Q", content[:8])
    for word in (*words(content), *words(changed)):
        checksum ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return struct.pack("<Q", checksum) + changed[8:]


def test_a_file_that_a_newer_duckdb_wrote_is_named_with_its_version(twice, capsys):
    """F44: as DuckDB 2.0's own storage is for 1.5."""
    for file, command in ((twice.warehouse, "publish"), (publish.served(twice), "status")):
        file.chmod(0o640)
        file.write_bytes(of_storage_version(1000, file.read_bytes()))
        ended, told = said(twice, capsys, command)
        assert ended == 1
        assert str(file) in told and "version number 1000" in told


def test_a_first_run_that_was_killed_before_its_first_load_leaves_every_day_due(settings, monkeypatch):
    with raw.opened(settings.warehouse):
        pass
    first, last = run.due(settings)
    assert first == last


@pytest.mark.parametrize("name", ["history/runs.db", "schedules/schedules.db"])
def test_a_damaged_storage_of_dagster_is_named_and_what_is_lost_with_it(settings, capsys, name):
    assert said(settings, capsys, "reap")[0] == 0
    file = settings.dagster_home / name
    file.write_bytes(b"garbage" * 1000)
    ended, told = said(settings, capsys, "reap")
    assert ended == 1
    assert told.startswith(f"warehouse: {settings.dagster_home} is damaged: remove the folder")
    shutil.rmtree(settings.dagster_home)
    assert said(settings, capsys, "reap")[0] == 0


def test_an_alert_file_that_can_not_be_written_stops_nothing(settings, tmp_path, caplog):
    settings.environ["WAREHOUSE_ALERT_FILE"] = str(tmp_path / "none" / "alerts")
    alerts.send(settings, "run-1", ["down"])
    (entry,) = caplog.records
    assert "could not be written to" in entry.getMessage() and "No such file" in entry.getMessage()


def test_a_judge_whose_run_was_killed_says_nothing_of_the_candidate_that_came_after(settings, monkeypatch):
    """F4: it goes on for a while without its run, and what it found is of bytes that are gone."""
    small_publication.judged(settings, "first", 3)
    path, file = gate.verdict_path(settings), candidate.path_of(settings)
    path.unlink()
    monkeypatch.setattr(judge, "judge", lambda *_: candidate.write(settings, "second") and [small_publication.RESULT])
    with pytest.raises(Problem, match="was replaced while it was judged"):
        judge.main(file, path, None)
    assert not path.exists()


def test_a_verdict_is_written_whole_or_not_at_all(settings, monkeypatch):
    """A judge that dies while it writes leaves no half verdict under the verdict's name."""
    small_publication.judged(settings, "first", 3)
    path = gate.verdict_path(settings)
    path.unlink()
    monkeypatch.setattr(judge, "judge", lambda *_: [small_publication.RESULT])
    monkeypatch.setattr("orchestration.notes.os.fsync", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        judge.main(candidate.path_of(settings), path, None)
    assert not path.exists()
    monkeypatch.undo()
    monkeypatch.setattr(judge, "judge", lambda *_: [small_publication.RESULT])
    assert judge.main(candidate.path_of(settings), path, None) == 0
    assert json.loads(path.read_text())["run_id"] == "first"
