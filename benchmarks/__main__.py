"""Measure the goals and print them as one table: `python -m benchmarks [NAME ...]`, progress on standard error.

Exit status 0 when every goal that was measured is met, 1 when one is missed or could not be measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.measure import Line, NotMeasured

FAMILIES = ("requests", "accounts", "loads", "memory", "transform", "orchestrate", "gate", "startup")
# Not among those that run unnamed: growth and day rehearse for long, scale needs a cluster, scores fills the disk, the
# others grade answers.
NAMED = (*FAMILIES, "growth", "day", "scale", "scores", "triage", "mutations")
PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "dlt", "pyarrow")


def main() -> int:
    """Measure one family after another."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the goals of speed.")
    # No name at all comes as an empty list, which argparse holds against the choices too.
    parser.add_argument("names", nargs="*", choices=[*NAMED, []], metavar="NAME", help=", ".join(NAMED))
    begun = machine()
    lines: list[Line] = []
    for name in parser.parse_args().names or FAMILIES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            lines += import_module(f"benchmarks.{name}").measured()
        except NotMeasured as failure:
            lines.append(Line(name, str(failure), False, "not measured"))
    print(f"{table(lines)}\n\n{begun}")
    return 1 if any(line.is_met is False for line in lines) else 0


def table(lines: list[Line]) -> str:
    """Return the lines as columns."""
    verdicts = {True: "met", False: "MISSED", None: "no goal"}
    cells = [("goal", "figure", "verdict")]
    cells += [(line.goal, line.figure, line.verdict or verdicts[line.is_met]) for line in lines]
    widths = [max(len(row[column]) for row in cells) for column in range(2)]
    return "\n".join(f"{goal:<{widths[0]}}  {figure:<{widths[1]}}  {verdict}" for goal, figure, verdict in cells)


def machine() -> str:
    """Return what the figures depend on, in one line."""
    return ", ".join(
        [
            f"{datetime.now(UTC):%Y-%m-%d %H:%MZ}",
            f"{os.cpu_count()} × {_processor()}",
            f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
            platform.platform(terse=True),
            f"Python {platform.python_version()}",
            *[f"{package} {_version(package)}" for package in PACKAGES],
            f"load average {os.getloadavg()[0]:.1f} at the start",
        ]
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


if __name__ == "__main__":
    sys.exit(main())
