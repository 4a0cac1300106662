"""Two hosts that share Dagster's storage on PostgreSQL, and the home on a path that both see."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration import reaper
from orchestration.run import dagster_instance
from orchestration.settings import Settings
from sandbox.cluster import free_ports

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
USER = "dagster"
PASSWORD = "canary-of-the-database"
READY_S = 60

pytestmark = pytest.mark.skipif(not PROGRAMS, reason="PostgreSQL's server is not installed")


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A database of its own on loopback; the server refuses to run as root."""
    folder = tmp_path_factory.mktemp("postgres")
    folder.joinpath("password").write_text(PASSWORD)
    as_owner: list[str] = []
    if os.getuid() == 0:
        for part in [folder, *folder.parents][:3]:
            part.chmod(0o755)
        shutil.chown(folder, "postgres")
        shutil.chown(folder / "password", "postgres")
        as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data, (port,) = folder / "data", free_ports(1)
    made = [PROGRAMS[-1] / "initdb", "-D", data, "-U", USER, "--auth=scram-sha-256", f"--pwfile={folder}/password"]
    subprocess.run([*as_owner, *made], check=True, capture_output=True, cwd=folder)
    server = [PROGRAMS[-1] / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*as_owner, *server], stdout=log, stderr=log, cwd=folder)
    try:
        ready = [PROGRAMS[-1] / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
        end = time.monotonic() + READY_S
        while subprocess.run(ready, capture_output=True, check=False).returncode:
            assert time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.1)
        yield f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        process.terminate()
        process.wait(timeout=30)


@dg.asset
def counted() -> int:
    return 7


@dg.job
def at_work():
    pass


def test_a_run_of_one_host_is_seen_by_the_other_and_left_alone_while_it_works(address, tmp_path, monkeypatch):
    environ = {"DAGSTER_POSTGRES_URL": address}
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", address)
    monkeypatch.setenv("DAGSTER_HOME", "")
    with dagster_instance(Settings.load(tmp_path / "first", environ)) as first:
        done = dg.materialize([counted], instance=first, tags={reaper.TAG: reaper.signature()})
        tags = {reaper.TAG: reaper.signature()}
        working = first.create_run_for_job(at_work, status=dg.DagsterRunStatus.STARTED, tags=tags)
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"DAGSTER_POSTGRES_URL" in written
    assert PASSWORD.encode() not in written

    monkeypatch.setattr(socket, "gethostname", lambda: "another-host")
    with dagster_instance(Settings.load(tmp_path / "second", environ)) as second:
        assert second.get_latest_materialization_event(dg.AssetKey("counted")).run_id == done.run_id
        assert reaper.reap(second) == []
        assert second.get_run_by_id(working.run_id).status == dg.DagsterRunStatus.STARTED
