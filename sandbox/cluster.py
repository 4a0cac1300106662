"""A Spark cluster on loopback to rehearse with: one master, two workers of one core, a Spark Connect server.

`python -m sandbox.cluster --server ENV --folder DIR` starts it from the `pyspark` package in the virtual environment
ENV, prints {"SPARK_REMOTE": …} as one line of JSON once two workers are alive, and stops it when it is interrupted.
DIR keeps the metastore, the tables and the logs. Java 17 has to be there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import requests

WORKERS = 2
READY_S = 180
HOST = "127.0.0.1"
# Tables of a few thousand rows on two cores: compiling a query costs more than running it. A real cluster keeps Spark's
# own defaults.
SMALL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.ui.enabled": "false",
}
SETTINGS = {
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.connect.grpc.binding.address": HOST,
    "spark.sql.catalogImplementation": "hive",
    "spark.sql.session.timeZone": "UTC",
}


class NotStarted(Exception):
    """The cluster did not come up; the message tells what is missing."""


@dataclass(frozen=True)
class Cluster:
    """A running cluster: the address for `SPARK_REMOTE`, the master's page, the workers and all processes by pid."""

    remote: str
    master_page: str
    workers: tuple[int, ...]
    processes: tuple[int, ...] = ()

    def alive_workers(self) -> int:
        """Return how many workers the master counts."""
        return requests.get(f"{self.master_page}/json/", timeout=10).json()["aliveworkers"]


def kill_worker(pid: int) -> None:
    """Kill a worker and its executors at once, as a host that loses power would."""
    os.killpg(pid, signal.SIGKILL)


@contextmanager
def cluster(server: Path, folder: Path) -> Iterator[Cluster]:
    """Run a cluster for the length of a `with`."""
    if shutil.which("java") is None:
        raise NotStarted("java is not there: install a Java 17 runtime.")
    spark = next(server.glob("lib/python*/site-packages/pyspark"), None)
    if spark is None:
        raise NotStarted(f"{server} holds no pyspark: install it there (tests/scale_out/server.lock).")
    folder.mkdir(parents=True, exist_ok=True)
    master, page, connect, *pages = free_ports(3 + WORKERS)
    environ = {
        **os.environ,
        "SPARK_HOME": str(spark),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_NO_DAEMONIZE": "1",
        "PYSPARK_PYTHON": str(server / "bin" / "python"),
    }
    with ExitStack() as stack:

        def start(name: str, memory: str, *words: str) -> int:
            return stack.enter_context(_process(folder, name, {**environ, "SPARK_DAEMON_MEMORY": memory}, words))

        classes = [str(spark / "bin" / "spark-class")]
        head = start(
            "master", "256m", *classes, "org.apache.spark.deploy.master.Master",
            "--host", HOST, "--port", str(master), "--webui-port", str(page),
        )  # fmt: skip
        workers = tuple(
            start(
                f"worker-{number}", "256m", *classes, "org.apache.spark.deploy.worker.Worker", "--host", HOST,
                "--webui-port", str(pages[number]), "--cores", "1", "--memory", "1g",
                "--work-dir", str(folder / f"worker-{number}"), f"spark://{HOST}:{master}",
            )
            for number in range(WORKERS)
        )  # fmt: skip
        running = Cluster(f"sc://{HOST}:{connect}", f"http://{HOST}:{page}", workers)
        _until(folder, "two workers are alive", lambda: running.alive_workers() == WORKERS)
        settings = {
            **SETTINGS,
            **SMALL,
            "spark.connect.grpc.binding.port": str(connect),
            "spark.sql.warehouse.dir": str(folder / "tables"),
        }
        server_process = start(
            "connect", "2g", str(spark / "sbin" / "start-connect-server.sh"), "--master", f"spark://{HOST}:{master}",
            "--executor-memory", "1g", "--executor-cores", "1",
            *(word for name, value in settings.items() for word in ("--conf", f"{name}={value}")),
        )  # fmt: skip
        _until(folder, "the Connect server answers", lambda: _answers(connect))
        yield replace(running, processes=(head, *workers, server_process))


@contextmanager
def _process(folder: Path, name: str, environ: dict[str, str], words: tuple[str, ...]) -> Iterator[int]:
    with (folder / f"{name}.log").open("wb") as log:
        # Its own process group, so that what it starts ends with it.
        process = subprocess.Popen(
            words, cwd=folder, env=environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process.pid
    finally:
        for final in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, final)
                process.wait(timeout=10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        process.wait()


def _until(folder: Path, what: str, is_so) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        try:
            if is_so():
                return
        except requests.RequestException:
            pass
        time.sleep(0.5)
    raise NotStarted(f"{READY_S} s went by before {what}: see the logs in {folder}.")


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def free_ports(count: int) -> list[int]:
    """Return that many ports of loopback on which nothing listens."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


def main() -> int:
    """Run a cluster until interrupted."""
    words = argparse.ArgumentParser(prog="python -m sandbox.cluster", description=__doc__)
    words.add_argument("--server", type=Path, required=True, metavar="ENV", help="virtual environment with pyspark")
    words.add_argument("--folder", type=Path, required=True, metavar="DIR", help="for the metastore, tables and logs")
    told = words.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with cluster(told.server.resolve(), told.folder.resolve()) as running:
            print(json.dumps({"SPARK_REMOTE": running.remote, "master": running.master_page}), flush=True)
            signal.pause()
    except NotStarted as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
