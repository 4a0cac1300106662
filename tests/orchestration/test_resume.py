"""A long paging that was killed goes on from the page it had come to."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import zstandard

from connectors.streams import Account
from orchestration import ingest
from orchestration.settings import Settings
from tests.connectors.scripted import Answer, Scripted

REPOSITORY = Path(__file__).resolve().parents[2]
ACCOUNTS = [Account("aozora", "x", "42", "aozora_coffee", "Asia/Tokyo", "JPY", "X_TOKEN")]
DAY = date(2026, 8, 31)
PAGES = 6
FETCH = """
import sys
from orchestration import ingest
from orchestration.settings import Settings
from tests.orchestration.test_resume import ACCOUNTS, DAY
environ = {"X_BASE_URL": sys.argv[2], "X_TOKEN": "canary-token", "WAREHOUSE_PERSON_KEY": "a-key-for-tests-only"}
ingest.fetch(Settings.load(sys.argv[1], environ), "x", ACCOUNTS, [DAY], {"posts"})
"""


def number(asked) -> int:
    (cursor,) = parse_qs(urlsplit(asked.path).query).get("pagination_token", ["T1"])
    return int(cursor.removeprefix("T"))


def timeline(asked) -> Answer:
    """Answer page by page, six pages in all."""
    if asked.path == "/base/":
        return Answer(b"", 404)
    page = number(asked)
    following = {"next_token": f"T{page + 1}"} if page < PAGES else {}
    return Answer({"data": [{"id": str(page)}], "meta": {"result_count": 1, **following}})


@pytest.fixture
def source():
    server = Scripted()
    yield server
    server.stop()


def fetched(settings) -> ingest.Harvest:
    return ingest.fetch(settings, "x", ACCOUNTS, [DAY], {"posts"})


def pages_asked(source) -> list[int]:
    return [number(asked) for asked in source.asked if "/tweets" in asked.path]


def lines(settings, capture) -> list[bytes]:
    packed = capture.path(settings.landing).read_bytes()
    return zstandard.ZstdDecompressor().decompressobj().decompress(packed).splitlines()


def settings_of(home, source) -> Settings:
    return Settings.load(
        home, {"X_BASE_URL": source.url, "X_TOKEN": "canary-token", "WAREHOUSE_PERSON_KEY": "a-key-for-tests-only"}
    )


def test_a_killed_fetch_goes_on_from_its_last_whole_page_and_lands_what_an_unbroken_one_lands(tmp_path, source):
    whole = settings_of(tmp_path / "whole", source)
    source.answers = timeline
    (unbroken,) = fetched(whole).captures

    child = None

    def killing(asked):
        if "/tweets" in asked.path and number(asked) == 4:
            child.kill()
        return timeline(asked)

    home = tmp_path / "killed"
    source.answers = killing
    child = subprocess.Popen([sys.executable, "-c", FETCH, str(home), source.url], cwd=REPOSITORY)
    assert child.wait(30) < 0
    source.answers, source.asked = timeline, []
    settings = settings_of(home, source)
    (resumed,) = fetched(settings).captures
    assert pages_asked(source) == [4, 5, 6]
    assert lines(settings, resumed) == lines(whole, unbroken)
    assert (resumed.page_count, resumed.request_count) == (6, 6)
    # What the killed fetch paid for is in no other bill.
    assert (resumed.reads, Decimal(resumed.price_usd)) == ({"posts": 6}, Decimal("0.03"))
    assert [path.name for path in resumed.path(settings.landing).parent.iterdir() if "zst." in path.name] == []


def test_a_cursor_that_died_meanwhile_begins_the_fetch_anew(tmp_path, source):
    settings = settings_of(tmp_path, source)
    source.answers = lambda asked: Answer(b"", 400) if number(asked) == 4 else timeline(asked)
    assert fetched(settings).captures == []
    source.asked = []
    tries = iter([True])

    def dead_once(asked):
        return Answer(b"", 400) if number(asked) == 4 and next(tries, False) else timeline(asked)

    source.answers = dead_once
    (capture,) = fetched(settings).captures
    assert pages_asked(source) == [4, 1, 2, 3, 4, 5, 6]
    assert (capture.page_count, capture.reads) == (6, {"posts": 3 + 6})


def test_pages_of_another_day_are_not_gone_on_from(tmp_path, source):
    settings = settings_of(tmp_path, source)
    source.answers = lambda asked: Answer(b"", 400) if number(asked) == 4 else timeline(asked)
    fetched(settings)
    source.asked = []

    def a_day_later(asked):
        answer = timeline(asked)
        answer.headers = {"Date": "Wed, 02 Sep 2026 00:00:00 GMT"}
        return answer

    source.answers = a_day_later
    ingest.fetch(settings, "x", ACCOUNTS, [date(2026, 9, 1)], {"posts"})
    assert pages_asked(source) == [1, 2, 3, 4, 5, 6]
