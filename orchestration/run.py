"""What the command line and the demo do: one run at a time, on a warehouse that dead runs no longer hold."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import duckdb

from connectors import SOURCES
from connectors.errors import SourceError
from connectors.files import KINDS
from orchestration import (
    accounts,
    alerts,
    candidate,
    engine,
    gate,
    home,
    inbox,
    landing,
    ledger,
    loading,
    pages,
    parts,
    publish,
    raw,
    retention,
    shortfalls,
    status,
    transform,
)
from orchestration.ingest import log
from orchestration.kpi import checker
from orchestration.scoring import prover
from orchestration.settings import REPOSITORY, Problem, Settings

POSTGRES = "DAGSTER_POSTGRES_URL"
CAPTURED = {"landing", "raw_files", *(f"raw_{source}" for source in SOURCES)}


@dataclass(frozen=True)
class Outcome:
    """How a run ended; `problems` has a sentence for each thing that went wrong."""

    run_id: str
    problems: list[str]


def dagster_instance(settings: Settings):
    """Open Dagster's storage of this home, or the PostgreSQL that several hosts share."""
    import dagster as dg
    from dagster._core.instance.ref import InstanceRef

    settings.dagster_home.mkdir(parents=True, exist_ok=True, mode=0o700)
    configured = (REPOSITORY / "dagster.yaml").read_text(encoding="utf-8")
    history = settings.dagster_home / "history" / "runs"
    event_log = {"module": "orchestration.event_log", "class": "EventLog", "config": {"base_dir": str(history)}}
    overrides = {"event_log_storage": event_log}
    if settings.environ.get(POSTGRES):
        # The address holds a password, so the file names only the variable.
        configured += f"storage:\n  postgres:\n    postgres_url:\n      env: {POSTGRES}\n"
        overrides = {}
    (settings.dagster_home / "dagster.yaml").write_text(configured, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(settings.dagster_home), overrides=overrides))


def run_days(settings: Settings, first: date, last: date, *, capture_only: bool = False) -> Outcome:
    """Run the daily job over `first` to `last` as one run; the last good publication stays unless it passes.

    `capture_only` stops after the load, for days whose figures are built with those of a later one.
    """
    if last < first:
        raise Problem(f"{first} to {last} is no range: give the earlier day first.")
    if first < settings.start_date:
        raise Problem(f"{first} can't be run: the first day is {settings.start_date} (WAREHOUSE_START_DATE).")
    if last >= datetime.now(UTC).date():
        raise Problem(f"{last} has not ended yet: the last day that can be run is yesterday, UTC.")
    home.check_kind(settings, rehearsal=any(settings.is_simulated(source) for source in SOURCES))
    accounts.read(settings.accounts_file)
    _ = settings.person_key
    with home.alone(settings):
        tags = {
            "dagster/asset_partition_range_start": first.isoformat(),
            "dagster/asset_partition_range_end": last.isoformat(),
        }
        return _executed(settings, "daily", tags, capture_only=capture_only)


def run_scores(settings: Settings) -> Outcome:
    """Take in what was dropped about people, score it and publish: one tick of the five-minute schedule."""
    if not settings.warehouse.exists():
        raise Problem(f"{settings.warehouse} does not exist: `warehouse run` builds it, then a tick can add to it.")
    with home.alone(settings):
        return _executed(settings, "scores", {})


def _executed(settings: Settings, job_name: str, tags: dict[str, str], *, capture_only: bool = False) -> Outcome:
    from orchestration import reaper
    from orchestration.definitions import build

    instance = dagster_instance(settings)
    reaper.reap(instance)
    os.environ["WAREHOUSE_HOME"] = str(settings.home)
    definitions = build(settings)
    job = definitions.resolve_job_def(job_name)
    captured = [key for key in definitions.resolve_asset_graph().get_all_asset_keys() if key.path[0] in CAPTURED]
    # The steps say in a line each what they did; the rest is dbt's own words, and Dagster's events in the UI.
    with (settings.state / "run.log").open("w", encoding="utf-8") as log_file, redirect_stdout(log_file):
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            asset_selection=captured if capture_only else None,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={**tags, reaper.TAG: reaper.signature(), reaper.BY_HAND: "yes"},
        )
    problems = [] if result.success else problems_of(settings, result.run_id, result.all_events)
    # What did not come is told by the last step, which a build that is refused never reaches.
    problems += [reason for reason in shortfalls.missing(settings) if problems and reason not in problems]
    alerts.send(settings, result.run_id, problems)  # first, since a full disk takes no note
    status.note(settings, result.run_id, problems)
    return Outcome(result.run_id, problems)


def problems_of(settings: Settings, run_id: str, events: Iterable) -> list[str]:
    """Return one sentence for each step that failed; the gate's own words where it refused."""
    sentences = []
    for event in events:
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
    return sentences or [f"run {run_id} failed: `make ui` shows its events."]


def _innermost(error) -> str:
    while error.cause is not None:
        error = error.cause
    return error.message.strip().removeprefix("orchestration.settings.Problem: ")


def rebuild(settings: Settings) -> Outcome:
    """Make the warehouse anew from landing alone and publish it; no source is asked."""
    run_id = str(uuid4())
    listed, brand_names = accounts.read(settings.accounts_file)
    with home.alone(settings):
        parts.mend(settings.landing)
        _check_landing(settings)
        home.set_aside(settings)
        home.discard(settings)
        try:
            load_landing(settings, listed, brand_names)
            _dbt_build(settings)
        except BaseException:
            home.restore(settings)
            raise
        home.forget_aside(settings)
        _publish(settings, run_id)
    return Outcome(run_id, [])


def _check_landing(settings: Settings) -> None:
    """Refuse to build less than there was: every file must be there, byte for byte as it was landed."""
    sidecars = [
        landing.read(sidecar)
        for source in SOURCES.values()
        for stream in source.streams
        for sidecar in landing.sidecars(settings.landing, source.name, stream.name)
    ]
    if not sidecars:
        raise Problem(f"{settings.landing} holds no captures to rebuild from: `warehouse run` makes them.")
    for capture in sidecars:
        if not landing.is_whole(settings.landing, capture):
            raise Problem(
                f"{capture.path(settings.landing)} is missing or damaged: restore it from a backup, or remove its"
                " sidecar to rebuild without it."
            )
    present = {capture.file for capture in sidecars}
    if settings.warehouse.exists():
        lost = sorted(_loaded(settings) - present - retention.retired(settings))
        if lost:
            raise Problem(
                f"landing lacks {len(lost)} file(s) that the warehouse was made of, the first is {lost[0]}: restore"
                " them from a backup, or remove warehouse.duckdb to rebuild without them."
            )


def _loaded(settings: Settings) -> set[str]:
    """Return the page files that the warehouse was made of; a damaged one can't tell any more."""
    try:
        with raw.opened(settings.warehouse, read_only=True) as con:
            rows = con.execute(
                "select landing_file from raw_registry.loads where status = 'loaded' and source <> 'files'"
            ).fetchall()
    except (raw.Damaged, duckdb.Error) as error:
        log.warning("%s tells no more what it was made of (%s)", settings.warehouse, str(error).splitlines()[0])
        return set()
    return {file for (file,) in rows}


def load_landing(settings: Settings, listed, brand_names) -> None:
    """Load every page file of landing that the ledger does not know, and every archived file."""
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        raw.register_accounts(con, listed, brand_names)
        for source in SOURCES:
            counts = loading.load_new(con, settings, source, None)
            ledger.enter_skipped(con, settings, source)
            log.info("%s: %s rows from landing", source, f"{sum(counts.values()):,}")
        for kind in KINDS.values():
            for archived in sorted((settings.landing / "archive" / kind.name).glob("*.parquet")):
                inbox.load_archived(con, settings, kind, archived)
        con.execute("checkpoint")


def _dbt_build(settings: Settings) -> None:
    prover.require_sound()
    checker.require_sound()
    engine.of(settings).prepare()
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
    version = publish.publish(settings, run_id)
    pages.write_brief(settings)
    return version


def publish_build(settings: Settings) -> publish.Version:
    """Judge the build as it stands and serve it if it passes."""
    with home.alone(settings):
        return _publish(settings, str(uuid4()))


def due(settings: Settings) -> tuple[date, date]:
    """Return the days that are due: from the one after the last that was loaded to the day before the present."""
    last = _present(settings) - timedelta(days=1)
    if not settings.warehouse.exists():
        return last, last
    with raw.opened(settings.warehouse, read_only=True) as con:
        if not raw.has_ledger(con):
            return last, last
        newest = con.execute(
            "select max(cast(window_date as date)) from raw_registry.loads"
            " where status = 'loaded' and source <> 'files' and cast(captured_at as date) > window_date"
        ).fetchone()[0]
    return (min(last, newest + timedelta(days=1)) if newest else last), last


def _present(settings: Settings) -> date:
    """Return the present day as the first source tells it that answers; ours if none does."""
    for source in dict.fromkeys(account.source for account in accounts.read(settings.accounts_file)[0]):
        try:
            with closing(SOURCES[source].open(settings.base_url(source, date.today()), "present")) as api:
                return api.present().date()
        except SourceError:
            continue
    return datetime.now(UTC).date()
