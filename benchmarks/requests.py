"""P1 and P2: how many calls a thousand Instagram media and a GA4 day take, and how many posts X bills."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import duckdb
import requests
import yaml

from benchmarks import rehearsal, x_requests
from benchmarks.measure import Line, NotMeasured
from connectors.instagram_host import INSTAGRAM_LOGIN_HOST
from orchestration import accounts, ingest, loading, raw
from orchestration.settings import Settings

FIRST, DAYS = date(2026, 7, 1), 30
# Posts are made from 14 days before the first: enough a week for a thousand and a few more.
ACCOUNT = "17841400000000901"
SCENARIO = {
    "seed": 1,
    "start": FIRST.isoformat(),
    "days": DAYS,
    "brands": [rehearsal.brand(901, "instagram", ACCOUNT, followers=20000, posts_per_week=163, ads=False)],
}


def measured() -> list[Line]:
    """Fetch everything at the last present of the scenario and count what the sandbox was asked."""
    return [*_of_pages(), *_of_own_login(), *x_requests.measured()]


def _of_pages() -> list[Line]:
    with _fetched("", ("instagram", "ga4")) as (asked, harvests, media, complete):
        calls = {name: len(list(_of(asked["instagram"], name))) for name in ("media", "stories", "insights", "v26.0")}
    # Whatever goes in batches, the audience's questions among it, is held against the media.
    of_media = calls["media"] + calls["v26.0"]
    others = len(asked["instagram"]) - of_media
    return [
        Line(
            f"P1 Instagram: calls for {media:,} media and their insights ≤ 20",
            f"{of_media}, {calls['v26.0']} of them batches; of {media:,} media {complete:,} with insights",
            of_media <= 20 and media >= 1000 and complete == media,
        ),
        Line(
            f"    the account's own: {DAYS} days of insights, profile, stories, reach of weeks",
            f"{others} calls, of which {calls['insights']} insights and {calls['stories']} stories",
        ),
        Line(
            "    GA4: calls for a property-day, all reports ≤ 3",
            f"{len(asked['ga4']) / len(harvests['ga4'].captures):.2f}, {len(asked['ga4'])} for"
            f" {len(harvests['ga4'].captures)} days",
            len(asked["ga4"]) <= 3 * len(harvests["ga4"].captures),
        ),
    ]


def _of_own_login() -> list[Line]:
    """Measure the host of Instagram Login, on which each question about a media is a call."""
    with _fetched(f"/{INSTAGRAM_LOGIN_HOST}", ("instagram",)) as (asked, _, media, complete):
        calls = {name: len(list(_of(asked["instagram"], name))) for name in ("media", "v26.0")}
    return [
        Line(
            f"P1 Instagram Login: calls for {media:,} media and their insights ≤ 20",
            f"{sum(calls.values())}, {calls['v26.0']} of them a batch refused; of {media:,} media {complete:,} with"
            " insights",
            sum(calls.values()) <= 20 and media >= 1000 and complete == media,
        )
    ]


@contextmanager
def _fetched(below: str, sources: tuple[str, ...]) -> Iterator[tuple[dict, dict, int, int]]:
    """Yield what each source was asked and brought, and how many media were landed and had insights."""
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    present = (FIRST + timedelta(days=DAYS)).isoformat()
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "scenario.yml"
        scenario.write_text(yaml.safe_dump(SCENARIO, sort_keys=False), encoding="utf-8")
        asked, harvests = {}, {}
        with rehearsal.served(scenario, Path(folder), FIRST.isoformat(), present) as (root, environ):
            settings = Settings.load(folder, {**environ, "INSTAGRAM_BASE_URL": environ["INSTAGRAM_BASE_URL"] + below})
            for source in sources:
                requests.delete(f"{root}/requests", timeout=30)
                accounts_of = accounts.read(settings.accounts_file)[0]
                harvests[source] = ingest.fetch(settings, source, accounts_of, days)
                paths = [entry["path"] for entry in requests.get(f"{root}/requests", timeout=30).json()]
                asked[source] = [path.removeprefix(below) for path in paths]
                if harvests[source].failures:
                    raise NotMeasured(harvests[source].failures[0].reason)
        yield asked, harvests, *_media(settings)


def _of(asked: list[str], name: str) -> Iterator[str]:
    for path in asked:
        parts = path.split("?")[0].strip("/").split("/")
        # The insights of one media by itself count as calls for media: /v26.0/<media>/insights.
        is_single = parts[-1] == "insights" and parts[1] != ACCOUNT
        if ("media" if is_single else parts[-1]) == name:
            yield path


def _media(settings: Settings) -> tuple[int, int]:
    """Return how many media were landed, and how many of them with at least one insight."""
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        loading.load_new(con, settings, "instagram", None)
        return _count(con, "media"), _count(con, "media_insights")


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    return con.execute(f"select count(distinct media_id) from raw_instagram.{table}").fetchone()[0]
