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
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import requests

WORKERS = 2
READY_S = 180
HOST = "127.0.0.1"
# Processes of a few minutes: a compiler that is quick at once, and no disk flush for a metastore that nobody keeps.
SMALL_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dderby.system.durability=test"
# Tables of a few thousand rows on two cores: compiling a query costs more than running it. A real cluster keeps Spark's
# own defaults.
SMALL = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # Planning anew after each shuffle, and telling each plan in full to a page that nobody opens.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.ui.explainMode": "simple",
    "spark.locality.wait": "0",
    "spark.log.level": "WARN",
    "spark.driver.extraJavaOptions": SMALL_JAVA,
    "spark.executor.extraJavaOptions": SMALL_JAVA,
}
SETTINGS = {
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.connect.grpc.binding.address": HOST,
    "spark.sql.catalogImplementation": "hive",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": str(WORKERS),
    "spark.ui.enabled": "false",
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
def cluster(server: Path, folder: Path, *, small: bool = True) -> Iterator[Cluster]:
    """Run a cluster for the length of a `with`, set for tables of a few thousand rows unless they are not `small`."""
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
        "SPARK_DAEMON_JAVA_OPTS": SMALL_JAVA,
        "PYSPARK_PYTHON": str(server / "bin" / "python"),
    }
    with ExitStack() as stack:
        started: dict[Path, subprocess.Popen] = {}

        def start(name: str, memory: str, *words: str) -> int:
            log = folder / f"{name}.log"
            started[log] = stack.enter_context(_process(log, {**environ, "SPARK_DAEMON_MEMORY": memory}, words))
            return started[log].pid

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
        _until(started, "two workers are alive", lambda: running.alive_workers() == WORKERS)
        settings = {
            **SETTINGS,
            **(SMALL if small else {}),
            "spark.connect.grpc.binding.port": str(connect),
            "spark.sql.warehouse.dir": str(folder / "tables"),
        }
        server_process = start(
            "connect", "2g", str(spark / "sbin" / "start-connect-server.sh"), "--master", f"spark://{HOST}:{master}",
            "--executor-memory", "1g", "--executor-cores", "1",
            *(word for name, value in settings.items() for word in ("--conf", f"{name}={value}")),
        )  # fmt: skip
        _until(started, "the Connect server answers", lambda: _answers(connect))
        yield replace(running, processes=(head, *workers, server_process))


@contextmanager
def _process(log: Path, environ: dict[str, str], words: tuple[str, ...]) -> Iterator[subprocess.Popen]:
    with log.open("wb") as file:
        # Its own process group, so that what it starts ends with it.
        process = subprocess.Popen(
            words, cwd=log.parent, env=environ, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        for final in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, final)
                process.wait(timeout=10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        process.wait()


def _until(started: dict[Path, subprocess.Popen], what: str, is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        for log, process in started.items():
            if process.poll() is not None:
                said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["nothing"]
                raise NotStarted(f"{log.stem} ended before {what}; it said: {said[-1]}")
        try:
            if is_so():
                return
        except requests.RequestException:
            pass
        time.sleep(0.5)
    raise NotStarted(f"{READY_S} s went by before {what}: see {', '.join(map(str, started))}.")


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
