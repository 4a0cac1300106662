from __future__ import annotations

import os
import socket
import subprocess
import sys

import dagster as dg
import pytest

from orchestration import reaper


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@dg.job
def work():
    pass


def started(instance, signed: str | None) -> str:
    tags = {reaper.TAG: signed} if signed else {}
    return instance.create_run_for_job(work, status=dg.DagsterRunStatus.STARTED, tags=tags).run_id


def status(instance, run_id: str) -> dg.DagsterRunStatus:
    return instance.get_run_by_id(run_id).status


def test_a_run_whose_process_is_gone_is_marked_as_failed(instance):
    gone = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    signed = reaper.signature(gone.pid)
    run_id = started(instance, signed)
    assert reaper.reap(instance) == []
    gone.kill()
    gone.wait()
    assert reaper.reap(instance) == [run_id]
    assert status(instance, run_id) == dg.DagsterRunStatus.FAILURE


def test_a_later_process_of_the_same_number_is_not_taken_for_it(instance):
    run_id = started(instance, f"{socket.gethostname()}:{os.getpid()}:1")
    assert reaper.reap(instance) == [run_id]


def test_a_run_of_another_host_is_left_to_that_host(instance):
    run_id = started(instance, f"another-host:{os.getpid()}:1")
    assert reaper.reap(instance) == []
    assert status(instance, run_id) == dg.DagsterRunStatus.STARTED


def test_a_run_at_work_and_one_that_nobody_signed_are_left_alone(instance):
    alive, unsigned = started(instance, reaper.signature()), started(instance, None)
    assert reaper.reap(instance) == []
    assert {status(instance, alive), status(instance, unsigned)} == {dg.DagsterRunStatus.STARTED}


def test_a_run_signs_with_the_process_that_does_it(instance):
    run_id = started(instance, None)
    reaper.sign(instance, run_id)
    assert instance.get_run_by_id(run_id).tags[reaper.TAG] == reaper.signature()
