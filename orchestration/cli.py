"""`warehouse`: the command line. Exit status 0 only when what it says is true; errors in one sentence each."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import duckdb

from connectors.errors import SourceError
from dashboard import exports, report, serve
from dashboard.served import NothingServed
from orchestration import demo, doctor, home, pages, publish, receipt, retention, run, score_command, status, transform
from orchestration.kpi import commands as commands_kpi
from orchestration.settings import ENGINES, Problem, Settings

UI_PORT, ANALYSTS_PORT = "3000", "3001"
DASHBOARD_PORT = 8501


def day(text: str) -> date:
    """Parse a day, saying how one is written."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day: write YYYY-MM-DD") from None


def parser() -> argparse.ArgumentParser:
    """Return the whole grammar of the command."""
    top = argparse.ArgumentParser(prog="warehouse", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, act: Callable[[Settings, argparse.Namespace], int], summary: str):
        added = commands.add_parser(name, help=summary, description=summary)
        added.add_argument("--home", metavar="DIR", help="in place of WAREHOUSE_HOME")
        added.add_argument("--engine", choices=ENGINES, help="in place of WAREHOUSE_ENGINE (default: duckdb)")
        added.set_defaults(act=act)
        return added

    rehearsal = command("demo", _demo, "rehearse the whole pipeline against the sandbox and publish the result")
    rehearsal.add_argument("--scenario", type=Path, metavar="FILE", help="the sandbox's world (default: two brands)")
    rehearsal.add_argument("--days", type=int, metavar="N", help="days to capture (default: all of the scenario)")
    daily = command("run", _run, "ask the sources for a day or a range, load, build, judge, publish")
    daily.add_argument("--date", type=day, metavar="DAY", help="default: every day that is due, up to yesterday")
    daily.add_argument("--from", type=day, dest="first", metavar="DAY", help="first day of a range")
    daily.add_argument("--to", type=day, dest="last", metavar="DAY", help="last day of a range")
    command("status", _status, "say what is served, how old each source is, and what is kept to go back to")
    checks = command("doctor", _doctor, "check settings, inbox, accounts and sources, each finding with its remedy")
    told = "ja" if os.environ.get("LANG", "").startswith("ja") else "en"
    checks.add_argument("--language", choices=doctor.LANGUAGES, default=told, help="default: by LANG")
    checks.add_argument("--json", action="store_true", help="findings as JSON, in both languages")
    command("publish", _publish, "judge the build as it stands and serve it if it passes")
    back = command("rollback", _rollback, "serve the version before the one that is served now, or an earlier one")
    back.add_argument("--to", metavar="VERSION", help="name of the version, or a part of it, as `status` lists them")
    command("rebuild", _rebuild, "make the warehouse anew from landing alone, and publish it")
    score_command.add(command)
    commands_kpi.add_words(command("kpi", _kpi, "check, draw, begin and hand on the goals and their KPI trees"))
    evidence = command("receipt", _receipt, "list the page files that a published row stands on, each hash verified")
    evidence.add_argument("table", help="published table")
    evidence.add_argument("key", help="values of its key in order, by commas, or name=value")
    shown = command("ui", _ui, "open Dagster over this warehouse on loopback")
    shown.add_argument("--read-only", action="store_true", help="for analysts: look at everything, start nothing")
    going = command("prune", _prune, "let go of versions, verdicts, runs and replaced pages beyond what is kept")
    going.add_argument("--dry-run", action="store_true", help="only say what would go")
    looked_at = command("dashboard", _dashboard, "serve the pages for readers on loopback, over what is published")
    looked_at.add_argument("--port", type=int, default=DASHBOARD_PORT, metavar="N", help=f"default: {DASHBOARD_PORT}")
    command("brief", _brief, "write the weekly brief of what is served, a page a brand and language")
    custom = command("report", _report, "write a report with only the KPIs that a YAML file names, from what is served")
    custom.add_argument("file", type=Path, metavar="FILE", help="see dashboard/reports/monthly.yml")
    custom.add_argument("--to", type=Path, metavar="DIR", help="default: published/reports/")
    file = command("export", _export, "write a published table to a file that a spreadsheet may open")
    file.add_argument("table", metavar="TABLE", help="a table of published/marts.duckdb")
    file.add_argument("--format", choices=exports.FORMATS, default="csv", help="default: csv")
    file.add_argument("--to", type=Path, metavar="FILE", help="default: TABLE.FORMAT in the folder you are in")
    command("reap", _reap, "free what killed runs still hold in Dagster's storage")
    return top


def _demo(settings: Settings, words: argparse.Namespace) -> int:
    return _end(demo.demo(settings, words.scenario, words.days))


def _run(settings: Settings, words: argparse.Namespace) -> int:
    if words.date and (words.first or words.last):
        raise Problem("--date and --from/--to exclude each other: give one or the other.")
    if bool(words.first) != bool(words.last):
        raise Problem("a range needs both --from and --to.")
    if words.first:
        first, last = words.first, words.last
    elif words.date:
        first = last = words.date
    else:
        first, last = run.due(settings)
    outcome = run.run_days(settings, first, last)
    if not outcome.problems:
        print(f"published: {publish.served(settings)}")
    return _end(outcome.problems)


def _status(settings: Settings, words: argparse.Namespace) -> int:  # noqa: ARG001
    print(status.report(settings))
    return 0 if publish.served(settings) else 1


def _doctor(settings: Settings, words: argparse.Namespace) -> int:
    found = doctor.examine(settings)
    print(doctor.document(found) if words.json else doctor.text(found, words.language))
    return 0 if doctor.is_well(found) else 1


def _publish(settings: Settings, words: argparse.Namespace) -> int:  # noqa: ARG001
    print(f"published: {run.publish_build(settings).path}")
    status.write_page(settings)
    return 0


def _rollback(settings: Settings, words: argparse.Namespace) -> int:
    with home.alone(settings):
        print(f"served now: {publish.rollback(settings, words.to).path}")
        status.write_page(settings)
        pages.write_brief(settings)
    return 0


def _prune(settings: Settings, words: argparse.Namespace) -> int:
    with home.alone(settings):
        going = retention.old(settings)
        for one in going:
            print(f"{'would go' if words.dry_run else 'gone'}: {one.what}")
            if not words.dry_run:
                one.remove()
    size = sum(one.size for one in going)
    print(f"{len(going)} thing(s), {size:,} bytes{', nothing was touched' if words.dry_run else ''}")
    return 0


def _rebuild(settings: Settings, words: argparse.Namespace) -> int:  # noqa: ARG001
    run.rebuild(settings)
    print(f"published: {publish.served(settings)}")
    return 0


def _reap(settings: Settings, words: argparse.Namespace) -> int:  # noqa: ARG001
    from orchestration import reaper  # it imports Dagster, which no other command needs so early

    with home.alone(settings):
        reaped = reaper.reap(run.dagster_instance(settings))
    print(f"{len(reaped)} dead run(s) freed{': ' + ', '.join(reaped) if reaped else ''}")
    return 0


def _kpi(settings: Settings, words: argparse.Namespace) -> int:
    said, problems = commands_kpi.act(settings, words)
    if said:
        print(said)
    return _end(problems)


def _receipt(settings: Settings, words: argparse.Namespace) -> int:
    row, evidence = receipt.receipt(settings, words.table, words.key)
    print(", ".join(f"{name} {value}" for name, value in row.items() if value is not None))
    for each in evidence:
        print(each)
    if not evidence:
        return _end([f"no page file of {words.table} {words.key} is known: rebuild the warehouse from landing."])
    return _end([f"{each.file} is {each.verdict}" for each in evidence if each.verdict != "verified"])


def _ui(settings: Settings, words: argparse.Namespace) -> int:
    run.dagster_instance(settings).dispose()
    transform.ensure_manifest(settings)
    os.environ["WAREHOUSE_HOME"] = str(settings.home)
    os.chdir(settings.dagster_home)  # else Dagster warns of the dagster.yaml that it doesn't use
    program, arguments = ("dagster", ["dev", "-p", UI_PORT])
    if words.read_only:
        program, arguments = ("dagster-webserver", ["--read-only", "-p", ANALYSTS_PORT])
    path = Path(sys.executable).with_name(program)
    os.execv(path, [str(path), *arguments, "-m", "orchestration.definitions", "-h", "127.0.0.1"])


def _dashboard(settings: Settings, words: argparse.Namespace) -> int:
    if find_spec("streamlit") is None:
        raise Problem("the dashboard needs Streamlit: `make dashboard` installs and starts it.")
    os.environ["WAREHOUSE_HOME"] = str(settings.home)
    print(f"dashboard on http://127.0.0.1:{words.port} (Ctrl-C ends it)", flush=True)
    os.execv(sys.executable, [sys.executable, *serve.command(words.port)])


def _brief(settings: Settings, words: argparse.Namespace) -> int:  # noqa: ARG001
    for file in pages.write_brief(settings):
        print(file)
    return 0


def _report(settings: Settings, words: argparse.Namespace) -> int:
    try:
        for file in report.write(settings.published / publish.SERVED, words.file, words.to):
            print(file)
    except report.NoReport as refusal:
        raise Problem(str(refusal)) from None
    except OSError as error:
        raise Problem(f"the report can't be written ({error.strerror}): name another folder with --to.") from None
    except NothingServed as missing:
        raise Problem(f"{missing} does not exist yet: `warehouse run` or `warehouse demo` publishes it.") from None
    return 0


def _export(settings: Settings, words: argparse.Namespace) -> int:
    to = words.to or Path(f"{words.table}.{words.format}")
    status.served(settings)  # what can't be read is no trouble of the file that is written
    try:
        rows = exports.export(settings.published / publish.SERVED, words.table, words.format, to)
    except exports.NotExportable as refusal:
        raise Problem(str(refusal)) from None
    except (OSError, duckdb.IOException) as error:
        raise Problem(f"{to} can't be written ({str(error).splitlines()[0]}): name another file.") from None
    except NothingServed as missing:
        raise Problem(f"{missing} does not exist yet: `warehouse run` or `warehouse demo` publishes it.") from None
    print(f"{rows:,} rows written to {to}")
    return 0


def _end(problems: list[str]) -> int:
    for problem in problems:
        print(f"warehouse: {problem}", file=sys.stderr)
    return 1 if problems else 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit status."""
    words = parser().parse_args(arguments)
    _log_to_the_terminal()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was started is ended too
    try:
        if words.engine:
            os.environ["WAREHOUSE_ENGINE"] = words.engine
        settings = Settings.load(words.home)
        try:
            return words.act(settings, words)
        except (Problem, SourceError):
            raise
        except Exception as error:
            told = settings.no_room(str(error)) or _of_a_file(settings, error)
            if told is None:
                raise
            raise Problem(told) from None
    except (Problem, SourceError) as problem:
        return _end([str(problem)])
    except KeyboardInterrupt:
        return _end(["interrupted: nothing half done is served, run again to go on."])


def _of_a_file(settings: Settings, error: Exception) -> str | None:
    """Return a sentence about a file that can't be used, None for what is no trouble with files."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} can't be used ({error.strerror}): see what lies there and who may write it."
    if isinstance(error, duckdb.IOException):
        return f"{str(error).splitlines()[0]}: `warehouse rollback` serves the version before, if it is the served one."
    # SQLAlchemy's own, which only Dagster's storage is read by, and which is not imported here.
    if type(error).__name__ == "DatabaseError" and "not a database" in str(error):
        return f"{settings.dagster_home} is damaged: remove the folder, only the history of runs is lost with it."
    return None


def _log_to_the_terminal() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    own = logging.getLogger("warehouse")
    own.addHandler(handler)
    own.setLevel(logging.INFO)
    own.propagate = False


if __name__ == "__main__":
    sys.exit(main())
