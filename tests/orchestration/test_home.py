from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration import home
from orchestration.settings import Problem, Settings


def other_process_holds(settings) -> str:
    code = (
        "import sys; from orchestration import home; from orchestration.settings import Problem, Settings\n"
        "try:\n    home.hold(Settings.load(sys.argv[1], {}))\nexcept Problem as problem:\n    print(problem)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(settings.home)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_home_is_held_by_one_process_and_free_once_it_lets_go(settings):
    with home.alone(settings):
        assert "is at work in" in other_process_holds(settings)
    assert other_process_holds(settings) == ""


def test_holding_it_again_in_the_same_process_is_nothing(settings):
    with home.alone(settings):
        home.hold(settings)
        assert "is at work in" in other_process_holds(settings)


def test_the_next_run_takes_back_what_a_killed_rebuild_had_set_aside(settings):
    settings.warehouse.write_text("whole")
    home.set_aside(settings)
    settings.warehouse.write_text("half")
    with home.alone(settings):
        assert settings.warehouse.read_text() == "whole"


def test_a_database_moves_with_its_log(settings):
    settings.warehouse.write_text("file")
    log = settings.warehouse.with_name("warehouse.duckdb.wal")
    log.write_text("log")
    home.set_aside(settings)
    assert not log.exists()
    home.restore(settings)
    assert (settings.warehouse.read_text(), log.read_text()) == ("file", "log")


@pytest.mark.parametrize("moved", [1, 2, 3])
def test_a_rebuild_on_spark_that_is_killed_at_any_point_loses_neither_ledger_nor_lake(tmp_path, moved, monkeypatch):
    settings = Settings.load(tmp_path, {"WAREHOUSE_ENGINE": "spark"})
    log = settings.warehouse.with_name("ledger.duckdb.wal")
    settings.lake.mkdir()
    (settings.lake / "file").write_text("rows")
    settings.warehouse.write_text("ledger")
    log.write_text("log")

    replace, left = Path.replace, iter(range(moved))

    def killed_after(part, target):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return replace(part, target)

    monkeypatch.setattr(Path, "replace", killed_after)
    with contextlib.suppress(KeyboardInterrupt):
        home.set_aside(settings)
    monkeypatch.undo()
    home.restore(settings)
    assert (settings.warehouse.read_text(), log.read_text()) == ("ledger", "log")
    assert (settings.lake / "file").read_text() == "rows"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lake", "ledger.duckdb", "ledger.duckdb.wal"]


def test_the_demo_stays_out_of_a_home_with_real_captures(settings):
    settings.landing.mkdir()
    with pytest.raises(Problem, match="holds captures of real accounts"):
        home.check_kind(settings, rehearsal=True)


def test_real_accounts_stay_out_of_the_demos_home(settings):
    home.check_kind(settings, rehearsal=True)
    home.check_kind(settings, rehearsal=True)
    with pytest.raises(Problem, match="holds the demo's invented history"):
        home.check_kind(settings, rehearsal=False)


def test_a_loopback_address_means_an_invented_world(tmp_path):
    assert Settings.load(tmp_path, {"X_BASE_URL": "http://127.0.0.1:9/at/2026-09-01/x"}).is_simulated("x")
    assert not Settings.load(tmp_path, {"X_BASE_URL": "https://api.x.com"}).is_simulated("x")
