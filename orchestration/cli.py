"""`warehouse`: the command line. Exit status 0 only when what it says is true; errors in one sentence each."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from connectors.errors import SourceError
from orchestration import demo, doctor, home, publish, run, score_command, status, transform
from orchestration.settings import ENGINES, Problem, Settings

UI_PORT = "3000"


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
    command("rollback", _rollback, "serve the version before the one that is served now")
    command("rebuild", _rebuild, "make the warehouse anew from landing alone, and publish it")
    score_command.add(command)
    command("ui", _ui, "open Dagster over this warehouse on loopback")
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
    return 0


def _rollback(settings: Settings, words: argparse.Namespace) -> int:  # noqa: ARG001
    with home.alone(settings):
        print(f"served now: {publish.rollback(settings).path}")
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


def _ui(settings: Settings, words: argparse.Namespace) -> int:  # noqa: ARG001
    run.dagster_instance(settings).dispose()
    transform.ensure_manifest(settings)
    os.environ["WAREHOUSE_HOME"] = str(settings.home)
    os.chdir(settings.dagster_home)  # else Dagster warns of the dagster.yaml that it doesn't use
    dagster = Path(sys.executable).with_name("dagster")
    os.execv(dagster, [str(dagster), "dev", "-m", "orchestration.definitions", "-h", "127.0.0.1", "-p", UI_PORT])


def _end(problems: list[str]) -> int:
    for problem in problems:
        print(f"warehouse: {problem}", file=sys.stderr)
    return 1 if problems else 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit status."""
    words = parser().parse_args(arguments)
    _log_to_the_terminal()
    try:
        if words.engine:
            os.environ["WAREHOUSE_ENGINE"] = words.engine
        settings = Settings.load(words.home)
        try:
            return words.act(settings, words)
        except (Problem, SourceError):
            raise
        except Exception as error:
            full = settings.no_room(str(error))
            if full is None:
                raise
            raise Problem(full) from None
    except (Problem, SourceError) as problem:
        return _end([str(problem)])
    except KeyboardInterrupt:
        return _end(["interrupted: nothing half done is served, run again to go on."])


def _log_to_the_terminal() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    own = logging.getLogger("warehouse")
    own.addHandler(handler)
    own.setLevel(logging.INFO)
    own.propagate = False


if __name__ == "__main__":
    sys.exit(main())
