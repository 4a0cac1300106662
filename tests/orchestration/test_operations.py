"""Alerts reach whom they should, retention lets go of what is old and nothing else, a page says what happened."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from orchestration import alerts, cli, landing, quality, raw, retention, run, status
from orchestration.settings import Problem
from tests.orchestration.conftest import NOON, land


def given(settings, **environ):
    return replace(settings, environ={**settings.environ, **environ})


@pytest.fixture
def webhook():
    """An address that notes what is posted to it, and answers 500 to /broken."""
    posted = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path == "/broken" else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", posted
    server.shutdown()
    server.server_close()


def test_an_alert_goes_to_the_file_and_the_webhook(settings, tmp_path, webhook):
    address, posted = webhook
    told = given(settings, WAREHOUSE_ALERT_FILE=str(tmp_path / "alerts"), WAREHOUSE_ALERT_WEBHOOK=address + "/in")
    alerts.send(told, "run-1", ["x account 42: down"])
    (line,) = (tmp_path / "alerts").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == posted[0]
    assert posted[0]["problems"] == ["x account 42: down"]
    assert posted[0]["run_id"] == "run-1"
    alerts.send(told, "run-2", [])
    assert len(posted) == 1


def test_a_webhook_that_fails_is_logged_without_its_address_and_stops_nothing(settings, webhook, caplog):
    address, _ = webhook
    alerts.send(given(settings, WAREHOUSE_ALERT_WEBHOOK=address + "/broken"), "run-1", ["down"])
    alerts.send(given(settings, WAREHOUSE_ALERT_WEBHOOK="http://127.0.0.1:9/secret"), "run-1", ["down"])
    assert [entry.getMessage() for entry in caplog.records] == [
        "the alert webhook answered with status 500",
        "the alert webhook could not be reached (ConnectionError)",
    ]


def test_an_alert_is_never_sent_in_the_clear(settings):
    with pytest.raises(Problem, match="is no https address"):
        alerts.send(given(settings, WAREHOUSE_ALERT_WEBHOOK="http://chat.example/secret"), "run-1", ["down"])


def test_a_run_that_dagster_launched_and_that_failed_alerts_and_one_of_the_command_line_does_so_itself(settings):
    import dagster as dg

    from orchestration import definitions, reaper

    @dg.op
    def loading():
        raise dg.Failure("x account 42: down", allow_retries=False)

    @dg.job
    def daily():
        loading()

    told = given(settings, WAREHOUSE_ALERT_FILE=str(settings.home / "alerts"))
    with dg.DagsterInstance.ephemeral() as instance:
        for tags in ({}, {reaper.BY_HAND: "yes"}):
            result = daily.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
            context = dg.build_run_status_sensor_context(
                sensor_name="alert_on_failure",
                dagster_instance=instance,
                dagster_run=result.dagster_run,
                dagster_event=result.get_run_failure_event(),
            ).for_run_failure()
            definitions.failure_sensor(told)(context)
    (line,) = (settings.home / "alerts").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["problems"] == ["x account 42: down"]
    assert status.last_run(told)["problems"] == ["x account 42: down"]


def test_verdicts_beyond_their_days_go_and_a_dry_run_touches_nothing(settings):
    folder = quality.folder(settings)
    folder.mkdir(parents=True)
    old = folder / f"{datetime.now(UTC) - timedelta(days=401):%Y%m%dT%H%M%S%fZ}.parquet"
    new = folder / f"{datetime.now(UTC) - timedelta(days=399):%Y%m%dT%H%M%S%fZ}.parquet"
    old.write_bytes(b"old")
    new.write_bytes(b"new")
    (going,) = retention.results(settings)
    assert (going.what, going.size) == (str(old), 3)
    assert old.exists()
    going.remove()
    assert (old.exists(), new.exists()) == (False, True)
    assert retention.results(given(settings, WAREHOUSE_KEEP_RESULTS_DAYS="0")) == []


def test_snapshots_are_never_let_go_and_a_rebuild_knows_what_was(settings, account):
    land(settings, account, 100)
    land(settings, account, 200, at=NOON + timedelta(days=1))
    kept = given(settings, WAREHOUSE_KEEP_CAPTURES="1")
    assert retention.captures(kept) == []
    assert retention.captures(settings) == []
    pages = next(settings.landing.rglob(f"*{landing.PAGES}"))
    sidecar = pages.with_name(pages.name.removesuffix(landing.PAGES) + landing.SIDECAR)
    retention.capture_of(settings, pages, sidecar).remove()
    assert not pages.exists() and not sidecar.exists()
    assert retention.retired(settings) == {os.fspath(pages.relative_to(settings.landing))}


def test_a_number_that_is_none_is_named(settings):
    with pytest.raises(Problem, match="WAREHOUSE_KEEP_VERSIONS is 'many': write a whole number"):
        retention.versions(given(settings, WAREHOUSE_KEEP_VERSIONS="many"))


def test_before_the_first_publication_the_page_and_the_command_say_so(settings):
    status.note(settings, "run-1", ["x account 42: X_TOKEN is not set"])
    text = (settings.published / status.PAGE).read_text(encoding="utf-8")
    assert "nothing is published in" in text
    assert "x account 42: X_TOKEN is not set" in text
    assert "nothing is published" in status.report(settings)


def test_runs_that_ended_long_ago_are_let_go(settings):
    import dagster as dg

    @dg.job
    def work():
        pass

    instance = run.dagster_instance(settings)
    with instance:
        done = instance.create_run_for_job(work, status=dg.DagsterRunStatus.SUCCESS)
        alive = instance.create_run_for_job(work, status=dg.DagsterRunStatus.STARTED)
    assert retention.runs(settings) == []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(retention, "datetime", type("Later", (datetime,), {"now": classmethod(_in_a_year)}))
        (going,) = retention.runs(settings)
        going.remove()
    with run.dagster_instance(settings) as instance:
        assert instance.get_run_by_id(done.run_id) is None
        assert instance.get_run_by_id(alive.run_id) is not None


def _in_a_year(cls, tz=None):
    return datetime.now(tz) + timedelta(days=365)


def test_the_lock_has_a_bill_of_materials():
    from orchestration import sbom
    from orchestration.settings import REPOSITORY

    found = sbom.components((REPOSITORY / "requirements.lock").read_text(encoding="utf-8"))
    names = {component["name"] for component in found}
    assert {"duckdb", "dagster", "great-expectations", "requests"} <= names
    assert [component["name"] for component in found if not component["hashes"]] == []
    assert raw.STORAGE == "v1.4.0"


@pytest.mark.parametrize(
    ("words", "program", "arguments"),
    [
        ([], "dagster", ["dev", "-p", "3000"]),
        (["--read-only"], "dagster-webserver", ["--read-only", "-p", "3001"]),
    ],
)
def test_both_servers_listen_on_loopback_and_analysts_get_the_one_that_changes_nothing(
    settings, monkeypatch, words, program, arguments
):
    started = []
    monkeypatch.setattr(cli.os, "execv", lambda path, argv: started.append((path.name, argv[1:])))
    monkeypatch.setattr(cli.transform, "ensure_manifest", lambda _: None)
    monkeypatch.chdir(settings.home)
    cli.main(["ui", *words, "--home", str(settings.home)])
    assert started == [(program, [*arguments, "-m", "orchestration.definitions", "-h", "127.0.0.1"])]


def test_prune_says_what_would_go_and_only_then_lets_it_go(settings, capsys):
    folder = quality.folder(settings)
    folder.mkdir(parents=True)
    old = folder / "20200101T000000000000Z.parquet"
    old.write_bytes(b"old")
    assert cli.main(["prune", "--dry-run", "--home", str(settings.home)]) == 0
    assert capsys.readouterr().out == f"would go: {old}\n1 thing(s), 3 bytes, nothing was touched\n"
    assert old.exists()
    assert cli.main(["prune", "--home", str(settings.home)]) == 0
    assert capsys.readouterr().out == f"gone: {old}\n1 thing(s), 3 bytes\n"
    assert not old.exists()


@pytest.mark.parametrize(
    ("job", "selection", "publishes"),
    [
        ("daily", None, True),
        ("daily", [], True),
        ("daily", [["raw_x", "users"]], False),
        ("stories", None, False),
    ],
)
def test_what_did_not_come_fails_the_load_only_in_a_run_that_does_not_publish(job, selection, publishes):
    import dagster as dg

    from orchestration import capture_assets

    keys = None if selection is None else frozenset(dg.AssetKey(key) for key in selection)
    assert capture_assets.is_published(dg.DagsterRun(job_name=job, asset_selection=keys)) is publishes
