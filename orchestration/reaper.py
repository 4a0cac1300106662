"""Dead runs: found by the process that signed them, marked as failed, and freed of what they hold.

Dagster's default launcher never notices that a run's process is gone: the run stays at work for ever, and every later
one waits for its slot in the pool.
"""

import os
import socket
from pathlib import Path

import dagster as dg

from orchestration import home
from orchestration.settings import Settings

TAG = "warehouse/process"
BY_HAND = "warehouse/command_line"
AT_WORK = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])


def signature(pid: int | None = None) -> str | None:
    """Return what tells a process from every other, also from a later one of the same number; None if it is gone."""
    pid = pid or os.getpid()
    try:
        # Field 22 of stat is the start time; the name in field 2 may hold blanks, but ends with the last bracket.
        begun = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except FileNotFoundError:
        if Path("/proc").exists() or not _is_alive(pid):
            return None
        begun = ""
    return f"{socket.gethostname()}:{pid}:{begun}"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def begin(settings: Settings, context) -> None:
    """Begin a step: hold the home, sign the run, free what dead ones hold."""
    home.hold(settings)
    sign(context.instance, context.run_id)


def sign(instance: dg.DagsterInstance, run_id: str) -> None:
    """Note on a run which process does it, and free what dead ones hold."""
    if instance.get_run_by_id(run_id).tags.get(TAG) != signature():
        instance.add_run_tags(run_id, {TAG: signature()})
        reap(instance)


def is_of_the_command_line(run: dg.DagsterRun) -> bool:
    """Say whether a run was begun by `warehouse run`, which tells of its problems itself."""
    return BY_HAND in run.tags


def reap(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs whose process is gone as failed and free their slots; return their ids."""
    reaped = []
    for run in instance.get_runs(filters=AT_WORK):
        signed = run.tags.get(TAG)
        host, pid = signed.split(":")[:2] if signed else (None, None)
        # Of another host's processes only that host knows.
        if host == socket.gethostname() and signature(int(pid)) != signed:
            instance.report_run_failed(run, "its process ended without a word")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            reaped.append(run.run_id)
    return reaped
