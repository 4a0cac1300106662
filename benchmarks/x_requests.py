"""P2: how many calls X is asked, and how many posts it bills over 30 days, against reading everything every day."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date, timedelta
from math import ceil
from pathlib import Path

import requests
import yaml

from benchmarks import rehearsal
from benchmarks.measure import Line, NotMeasured
from orchestration import accounts, ingest
from orchestration.settings import Settings

FIRST, DAYS = date(2026, 7, 1), 46
# The first run finds a month of posts before it: 14 days come before the scenario's start, 16 after it.
RUNS = [FIRST + timedelta(days=number) for number in range(16, DAYS)]
ACCOUNT = "1500000000000000901"
SCENARIO = {
    "seed": 1,
    "start": FIRST.isoformat(),
    "days": DAYS,
    "brands": [rehearsal.brand(901, "x", ACCOUNT, followers=20000, posts_per_week=100, ads=True)],
}


def measured() -> list[Line]:
    """Run 30 days, each at its own midnight, and the last of them twice; count what the sandbox was asked."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "scenario.yml"
        scenario.write_text(yaml.safe_dump(SCENARIO, sort_keys=False), encoding="utf-8")
        with rehearsal.served(scenario, Path(folder), FIRST.isoformat(), "{present}") as (root, environ):
            settings = Settings.load(folder, environ)
            listed = accounts.read(settings.accounts_file)[0]
            asked = _asked(root, settings, listed, RUNS)
            again = _asked(root, settings, listed, RUNS[-1:])
            everything = {day: _timeline(root, day + timedelta(days=1)) for day in RUNS}
    billed = sum(entry["returned"] for entry in asked)
    ratio = billed / sum(everything.values())
    calls = Counter(entry["present"][:10] for entry in asked)
    most = {day: ceil(everything[day] / 100) + 2 for day in RUNS}
    over = [day for day in RUNS if calls[(day + timedelta(days=1)).isoformat()] > most[day]]
    last_day = sum(entry["returned"] for entry in asked if entry["present"][:10] == f"{RUNS[-1] + timedelta(days=1)}")
    repeated = sum(entry["returned"] for entry in again) / last_day
    busiest = f"{max(calls.values())} at most for {max(everything.values())} posts"
    return [
        Line("P2 X: calls of a day for user and n posts ≤ ceil(n / 100) + 2", busiest, not over),
        Line(
            "    posts billed over 30 days ≤ 35 % of reading everything daily",
            f"{ratio:.1%} ({billed:,} against {sum(everything.values()):,})",
            ratio <= 0.35,
        ),
        Line("    posts read again by a second run of the day ≤ 5 %", f"{repeated:.1%}", repeated <= 0.05),
    ]


def _asked(root: str, settings: Settings, listed: list, days: list[date]) -> list[dict]:
    requests.delete(f"{root}/requests", timeout=30)
    harvest = ingest.fetch(settings, "x", listed, days, {"user", "posts"})
    if harvest.failures:
        raise NotMeasured(harvest.failures[0].reason)
    # The clock is asked at the root, which X does not count.
    return [entry for entry in requests.get(f"{root}/requests", timeout=30).json() if entry["path"] != "/"]


def _timeline(root: str, present: date) -> int:
    """Return how many posts the whole timeline of the 30 days before `present` holds."""
    count, cursor = 0, {}
    while True:
        reply = requests.get(
            f"{root}/at/{present}/x/2/users/{ACCOUNT}/tweets",
            params={"max_results": 100, "start_time": f"{present - timedelta(days=30)}T00:00:00Z"} | cursor,
            headers={"Authorization": f"Bearer of-{ACCOUNT}"},
            timeout=30,
        ).json()
        count += len(reply.get("data", []))
        if "next_token" not in reply["meta"]:
            return count
        cursor = {"pagination_token": reply["meta"]["next_token"]}
