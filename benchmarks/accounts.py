"""A hundred accounts: fetched side by side against one after another, at 50 ms an answer."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter

import requests
import yaml

from benchmarks import rehearsal
from benchmarks.measure import Line, NotMeasured
from connectors import SOURCES
from orchestration import accounts, ingest
from orchestration.settings import Settings

START, PRESENT, ACCOUNTS, LATENCY_S = date(2026, 7, 1), "2026-07-02", 100, 0.05


def measured() -> list[Line]:
    """Fetch everything of every account of X and of Instagram both ways."""
    return [line for platform in ("x", "instagram") for line in _measured(platform)]


def _measured(platform: str) -> list[Line]:
    small = {"followers": 100, "posts_per_week": 1, "ads": False}
    brands = [rehearsal.brand(number, platform, f"15000000000{number:05d}", **small) for number in range(ACCOUNTS)]
    scenario_of = {"seed": 1, "start": START.isoformat(), "days": 1, "brands": brands}
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "scenario.yml"
        scenario.write_text(yaml.safe_dump(scenario_of, sort_keys=False), encoding="utf-8")
        with rehearsal.served(scenario, Path(folder), START.isoformat(), PRESENT) as (root, environ):
            fault = [{"source": platform, "what": {"slow_s": LATENCY_S}}]
            requests.post(f"{root}/faults", json=fault, timeout=30).raise_for_status()
            together = _seconds(platform, Path(folder) / "together", environ, SOURCES[platform].accounts_at_once)
            alone = _seconds(platform, Path(folder) / "alone", environ, 1)
    return [
        Line(
            f"{ACCOUNTS} accounts of {platform} at {LATENCY_S * 1000:.0f} ms an answer ≤ 1/8 of one after another",
            f"1/{alone / together:.1f} ({together:.1f} s, {alone:.1f} s)",
            together <= alone / 8,
        )
    ]


def _seconds(platform: str, home: Path, environ: dict[str, str], at_once: int) -> float:
    settings = Settings.load(home, environ)
    declared = SOURCES[platform]
    SOURCES[platform] = replace(declared, accounts_at_once=at_once)
    began = perf_counter()
    try:
        harvest = ingest.fetch(settings, platform, accounts.read(settings.accounts_file)[0], [START])
    finally:
        SOURCES[platform] = declared
    if harvest.failures or len(harvest.captures) != len(declared.streams) * ACCOUNTS:
        raise NotMeasured(harvest.failures[0].reason if harvest.failures else "captures are missing")
    return perf_counter() - began
