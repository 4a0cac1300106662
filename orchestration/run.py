"""What the command line and the demo do: one run at a time, on a warehouse that dead runs no longer hold."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from connectors import SOURCES
from connectors.files import KINDS
from orchestration import accounts, candidate, gate, inbox, landing, publish, raw, transform
from orchestration.ingest import log
from orchestration.settings import REPOSITORY, Problem, Settings

CAPTURED = {"landing", "raw_files", *(f"raw_{source}" for source in SOURCES)}


@dataclass(frozen=True)
class Outcome:
    """How a run ended; `problems` has a sentence for each thing that went wrong."""

    run_id: str
    problems: list[str]


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the run lock of this home; the kernel lets it go when the process dies, however it dies."""
    settings.state.mkdir(parents=True, exist_ok=True)
    with (settings.state / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Problem(
                f"another run (process {lock.read().strip() or '?'}) is at work in {settings.home}: "
                "wait until it has ended."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def dagster_instance(settings: Settings):
    """Open Dagster's storage of this home."""
    import dagster as dg
    from dagster._core.instance.ref import InstanceRef

    settings.dagster_home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(REPOSITORY / "dagster.yaml", settings.dagster_home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    history = settings.dagster_home / "history" / "runs"
    event_log = {"module": "orchestration.event_log", "class": "EventLog", "config": {"base_dir": str(history)}}
    return dg.DagsterInstance.from_ref(
        InstanceRef.from_dir(str(settings.dagster_home), overrides={"event_log_storage": event_log})
    )


def run_days(settings: Settings, first: date, last: date, *, capture_only: bool = False) -> Outcome:
    """Run the daily job over `first` to `last` as one run; the last good publication stays unless it passes.

    `capture_only` stops after the load, for days whose figures are built with those of a later one.
    """
    if first < settings.start_date or last < first:
        raise Problem(f"{first} to {last} can't be run: the first day is {settings.start_date} (WAREHOUSE_START_DATE).")
    accounts.read(settings.accounts_file)
    _ = settings.person_key
    with alone(settings):
        from orchestration import reaper
        from orchestration.definitions import build

        instance = dagster_instance(settings)
        reaper.reap(instance)
        _restore(settings)
        os.environ["WAREHOUSE_HOME"] = str(settings.home)
        definitions = build(settings)
        job = definitions.resolve_job_def("daily")
        captured = [key for key in definitions.resolve_asset_graph().get_all_asset_keys() if key.path[0] in CAPTURED]
        # The steps say in a line each what they did; the rest is dbt's own words, and Dagster's events in the UI.
        with (settings.state / "run.log").open("w", encoding="utf-8") as log_file, redirect_stdout(log_file):
            result = job.execute_in_process(
                instance=instance,
                raise_on_error=False,
                asset_selection=captured if capture_only else None,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                tags={
                    "dagster/asset_partition_range_start": first.isoformat(),
                    "dagster/asset_partition_range_end": last.isoformat(),
                    reaper.TAG: reaper.signature(),
                },
            )
    return Outcome(result.run_id, [] if result.success else _problems(settings, result))


def _problems(settings: Settings, result) -> list[str]:
    """One sentence for each step that failed; the gate's own words where it refused."""
    sentences = []
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        data = event.step_failure_data
        described = data.user_failure_data.description if data.user_failure_data else None
        if event.step_key == "gate" and not described:
            verdict = gate.read_verdict(settings)
            described = gate.refusal(verdict) if verdict else None
        sentences += (described or _innermost(data.error)).splitlines()
    full = settings.no_room(" ".join(sentences))
    if full:
        return [full]
    return sentences or [f"run {result.run_id} failed: `make ui` shows its events."]


def _innermost(error) -> str:
    while error.cause is not None:
        error = error.cause
    return error.message.strip().removeprefix("orchestration.settings.Problem: ")


def rebuild(settings: Settings) -> Outcome:
    """Make the warehouse anew from landing alone and publish it; no source is asked."""
    run_id = str(uuid4())
    listed, brand_names = accounts.read(settings.accounts_file)
    with alone(settings):
        landing.mend(settings.landing)
        if not _aside(settings).exists():
            _move(settings.warehouse, _aside(settings))
        try:
            _load_all(settings, listed, brand_names)
            _dbt_build(settings)
        except BaseException:
            _restore(settings)
            raise
        for part in _parts(_aside(settings)):
            part.unlink(missing_ok=True)
        _publish(settings, run_id)
    return Outcome(run_id, [])


def _aside(settings: Settings) -> Path:
    return settings.warehouse.with_name("warehouse.before-rebuild.duckdb")


def _parts(warehouse: Path) -> list[Path]:
    """Return a database file and its log, which belong together."""
    return [warehouse, warehouse.with_name(warehouse.name + ".wal")]


def _move(source: Path, target: Path) -> None:
    # The log first: a file without its log is whole as of its last checkpoint, the other way round it is refused.
    for part, moved in reversed([*zip(_parts(source), _parts(target), strict=True)]):
        moved.unlink(missing_ok=True)
        if part.exists():
            part.replace(moved)


def _restore(settings: Settings) -> None:
    """Take the warehouse back that a rebuild, failed or killed, had set aside."""
    if _aside(settings).exists():
        _move(_aside(settings), settings.warehouse)


def _load_all(settings: Settings, listed, brand_names) -> None:
    for part in _parts(settings.warehouse):
        part.unlink(missing_ok=True)
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        raw.register_accounts(con, listed, brand_names)
        for source in SOURCES:
            counts = raw.load_new(con, settings, source, None)
            log.info("%s: %s rows from landing", source, f"{sum(counts.values()):,}")
        for kind in KINDS.values():
            for archived in sorted((settings.landing / "archive" / kind.name).glob("*.parquet")):
                inbox.load_archived(con, settings, kind, archived)
        con.execute("checkpoint")


def _dbt_build(settings: Settings) -> None:
    done = subprocess.run(
        [str(transform.DBT), "--quiet", *transform.build_arguments(full_refresh=True)],
        env={**os.environ, **transform.environment(settings)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Problem(" ".join(transform.failures(settings)))


def _publish(settings: Settings, run_id: str) -> publish.Version:
    contents = candidate.write(settings, run_id)
    candidate.verify(candidate.path_of(settings), contents)
    gate.judge(settings, candidate.path_of(settings))
    return publish.publish(settings, run_id)


def publish_build(settings: Settings) -> publish.Version:
    """Judge the build as it stands and serve it if it passes."""
    with alone(settings):
        _restore(settings)
        return _publish(settings, str(uuid4()))


def yesterday(settings: Settings) -> date:
    """Return the day before the present, as the sources that are set tell it."""
    for account in accounts.read(settings.accounts_file)[0]:
        source = SOURCES[account.source]
        api = source.open(settings.base_url(source.name, date.today()), "present")
        try:
            return api.present().date() - timedelta(days=1)
        finally:
            api.close()
    raise Problem(f"{settings.accounts_file} lists no account: add one.")
