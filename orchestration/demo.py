"""The rehearsal: the sandbox's history captured as the days it was, through the very same run as real accounts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import duckdb
import requests
import yaml

from orchestration import home, publish, run
from orchestration.ingest import log
from orchestration.settings import REPOSITORY, Problem, Settings

SCENARIO = REPOSITORY / "sandbox" / "scenarios" / "default.yml"
# Hashes people of an invented world; real accounts bring a key of their own.
PERSON_KEY = "the-sandbox-has-no-real-people"
PRESENT = "{present}"


@contextmanager
def sandbox(scenario: Path, truth: Path) -> Iterator[dict[str, str]]:
    """Serve `scenario` on a free loopback port for the length of a `with`; yield its base addresses."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--scenario", str(scenario), "--port", "0", "--truth", str(truth)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        if not line:
            raise Problem((process.stderr.read().strip().splitlines() or ["the sandbox did not start"])[-1])
        yield json.loads(line)
    finally:
        process.terminate()
        process.wait(timeout=10)


def demo(settings: Settings, scenario: Path | None, days: int | None) -> list[str]:
    """Capture the scenario's days, build, judge and publish; print what came of it; return the problems."""
    scenario = (scenario or SCENARIO).resolve()
    if not scenario.is_file():
        raise Problem(f"{scenario} does not exist: name a scenario file, sandbox/scenarios/ has some.")
    home.check_kind(settings, rehearsal=True)
    with sandbox(scenario, settings.state / "truth") as addresses:
        first, last = _span(scenario, days)
        _prepare(settings, addresses, first)
        drop_files(settings, addresses["SANDBOX_URL"], first, last)
        log.info("capturing %s to %s, each day as it was at its own midnight", first, last)
        outcome = _rehearse(settings, first, last)
        requests = len(_asked(addresses["SANDBOX_URL"] + "/requests").json())
    if not outcome.problems:
        print(summary(settings, (last - first).days + 1, requests))
    return outcome.problems


def _rehearse(settings: Settings, first: date, last: date) -> run.Outcome:
    """Capture all days but the last, then run the last as any day is run: one build, one gate, one publication."""
    if first < last:
        captured = run.run_days(settings, first, last - timedelta(days=1), capture_only=True)
        if captured.problems:
            return captured
    return run.run_days(settings, last, last)


def _span(scenario: Path, days: int | None) -> tuple[date, date]:
    told = yaml.safe_load(scenario.read_text(encoding="utf-8"))
    first = told["start"] if isinstance(told["start"], date) else date.fromisoformat(str(told["start"]))
    if days is not None and not 1 <= days <= told["days"]:
        raise Problem(f"--days {days}: {scenario.name} has 1 to {told['days']} days.")
    return first, first + timedelta(days=(days or told["days"]) - 1)


def _prepare(settings: Settings, addresses: dict[str, str], first: date) -> None:
    """Point the run at the sandbox, where each day's address holds that day's present."""
    listed = settings.state / "sandbox_accounts.yml"
    listed.parent.mkdir(parents=True, exist_ok=True)
    listed.write_bytes(_asked(addresses["SANDBOX_URL"] + "/accounts.yml").content)
    document = yaml.safe_load(listed.read_text(encoding="utf-8"))
    for brand in document["brands"]:
        for account in brand["accounts"]:
            os.environ.setdefault(account["token_env"], f"sandbox-{account['source']}-{brand['brand_id']}")
    for name, address in addresses.items():
        if name.endswith("_BASE_URL"):
            root, _, rest = address.partition("/at/")
            os.environ[name] = f"{root}/at/{PRESENT}/{rest.split('/', 1)[1]}"
    os.environ.setdefault("WAREHOUSE_PERSON_KEY", PERSON_KEY)
    os.environ["WAREHOUSE_ACCOUNTS"] = str(listed)
    os.environ["WAREHOUSE_START_DATE"] = first.isoformat()


def drop_files(settings: Settings, root: str, first: date, last: date) -> None:
    """Put what the product would export into the inbox, a file a kind and day."""
    day = first
    while day <= last:
        exports = f"{root}/at/{(day + timedelta(days=1)).isoformat()}/exports"
        for export in _asked(exports).json():
            folder = settings.inbox / export["kind"]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / export["file_name"]).write_bytes(_asked(f"{exports}/{export['file_name']}").content)
        day += timedelta(days=1)


def _asked(address: str) -> requests.Response:
    answer = requests.get(address, timeout=30)
    answer.raise_for_status()
    return answer


def summary(settings: Settings, days: int, requests: int) -> str:
    """Return the table at the end of a demo: what was done, the headline numbers, what to try next."""
    version = publish.versions(settings)[-1]
    passed = sum(result["success"] for result in version.manifest["expectations"])
    rows = sum(content["rows"] for content in version.manifest["tables"].values())
    with duckdb.connect(str(version.path), read_only=True) as con:
        parts = [
            _funnel(con),
            _goals(con),
            _bands(con),
        ]
    served = settings.published / publish.SERVED
    shown = os.path.relpath(served)
    done = (
        f"{days} days · {requests:,} requests · {len(version.manifest['tables'])} tables · {rows:,} rows · "
        f"{passed} of {len(version.manifest['expectations'])} expectations passed"
    )
    return "\n\n".join(
        [
            done,
            f"served: {served}",
            *parts,
            "try next:\n"
            f"  .venv/bin/python -c \"import duckdb; duckdb.connect('{shown}', read_only=True)"
            f".sql('from marts.funnel_daily order by date desc limit 14').show()\"\n"
            "  make ui\n"
            "  .venv/bin/warehouse status",
        ]
    )


def _table(title: str, headers: list[str], rows: list[tuple]) -> str:
    cells = [headers, *[[_text(cell) for cell in row] for row in rows]]
    widths = [max(len(line[column]) for line in cells) for column in range(len(headers))]
    lines = [
        "  ".join(
            cell.rjust(width) if number and row else cell.ljust(width)
            for row, (number, (cell, width)) in enumerate(
                (column > 0, pair) for column, pair in enumerate(zip(line, widths, strict=True))
            )
        ).rstrip()
        for line in cells
    ]
    return "\n".join([title, *(f"  {line}" for line in lines)])


def _text(cell: object) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:,.1f}" if cell % 1 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _funnel(con: duckdb.DuckDBPyConnection) -> str:
    rows = con.execute(
        """
        select brand_id, stage, label_ja, metric_id,
            case when bool_and(is_additive) then sum(value) end as total, max(value) as best_day
        from (
            select funnel_daily.*, metric_id not in ('reach') as is_additive
            from marts.funnel_daily
            where date > (select data_through from marts.publication) - 28
        )
        group by all order by brand_id, min(stage_order)
        """
    ).fetchall()
    return _table(
        "funnel of the last 28 days (reach is of people and never summed)",
        ["brand", "stage", "段階", "metric", "total", "best day"],
        rows,
    )


def _goals(con: duckdb.DuckDBPyConnection) -> str:
    rows = con.execute(
        """
        select tree_id, period_start, actual, target, 100 * attainment
        from marts.kpi_tree_nodes
        where parent_node_id is null and period_type = 'month'
        order by tree_id, period_start
        """
    ).fetchall()
    return _table("goals by month", ["goal", "month", "actual", "target", "attainment %"], rows)


def _bands(con: duckdb.DuckDBPyConnection) -> str:
    rows = con.execute(
        """
        select model_id, strftime(period_start, '%Y-%m') as month, band, count(*) as customers,
            round(avg(score_pct), 1) as mean_score_pct
        from marts.engagement_scores
        where period_type = 'month'
        group by all order by model_id, month, mean_score_pct desc
        """
    ).fetchall()
    return _table("engagement score", ["model", "month", "band", "customers", "mean of 100"], rows)
