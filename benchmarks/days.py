"""Tasks that go through one rehearsed day: the job in Dagster, and its work as plain functions."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.measure import Work

FIRST = date(2026, 7, 1)


def in_dagster(home: str, day: int) -> Work:
    """Run the daily job; report how many dbt processes it started."""
    from orchestration import run
    from orchestration.settings import Settings

    started: list[str] = []
    sys.addaudithook(lambda event, details: _note(started, event, details))

    def work() -> dict:
        its_day = FIRST + timedelta(days=day)
        outcome = run.run_days(Settings.load(home), its_day, its_day)
        if outcome.problems:
            raise RuntimeError(outcome.problems[0])
        return {"dbt": started}

    return work


def _note(started: list[str], event: str, details: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        words = [os.fsdecode(word) for word in details[1]]
        if any(Path(word).name == "dbt" for word in words[:2]):
            started.append(" ".join(words[1:4]))


def as_functions(home: str, day: int) -> Work:
    """Do what the job does, step by step, without Dagster."""
    from connectors import SOURCES
    from orchestration import accounts, candidate, gate, inbox, ingest, loading, publish, raw, transform
    from orchestration.settings import Settings

    def work() -> dict:
        settings, days = Settings.load(home), [FIRST + timedelta(days=day)]
        listed, brand_names = accounts.read(settings.accounts_file)
        for source in SOURCES:
            ingest.fetch(settings, source, listed, days)
        with raw.opened(settings.warehouse) as con:
            raw.ensure_tables(con)
            raw.register_accounts(con, listed, brand_names)
            for source in SOURCES:
                loading.load_new(con, settings, source, days)
            inbox.take_in(con, settings)
            con.execute("checkpoint")
        build = [str(transform.DBT), "--quiet", *transform.build_arguments(full_refresh=False)]
        subprocess.run(build, env={**os.environ, **transform.environment(settings)}, check=True)
        contents = candidate.write(settings, run_id := str(uuid4()))
        candidate.verify(candidate.path_of(settings), contents)
        gate.judge(settings, candidate.path_of(settings))
        publish.publish(settings, run_id)
        return {}

    return work


def trivial_job(home: str, name: str) -> Work:
    """Run one of the jobs that do nothing, on Dagster's storage as a run has it."""
    from orchestration import run
    from orchestration.settings import Settings

    def work() -> dict:
        import dagster as dg

        from benchmarks import trivial

        instance = run.dagster_instance(Settings.load(home))
        job = dg.reconstructable(getattr(trivial, name))
        with dg.execute_job(job, instance=instance) as result:
            if not result.success:
                raise RuntimeError(f"job {name} failed")
        return {}

    return work
