from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors import SOURCES
from connectors.errors import QuotaExhausted, SourceUnavailable
from connectors.streams import Account, Page, Source, Stream
from connectors.usage import Usage
from orchestration import ingest, landing, shortfalls
from orchestration.settings import Settings
from tests.connectors.scripted import Answer, Scripted

DAYS = [date(2026, 7, 2), date(2026, 7, 3)]
PRESENT = datetime(2026, 7, 4, 1, tzinfo=UTC)


class Api:
    """A source without a network: it knows the present."""

    usage = Usage()

    def present(self):
        return PRESENT

    def close(self):
        pass


class World:
    """A source of two streams that answers as it is told."""

    def __init__(self):
        self.asked: list[tuple[str, date, bool]] = []
        self.broken: dict[tuple[str, date], Exception] = {}

    def pages(self, name: str):
        def asked(api, account, window):
            self.asked.append((name, window.day, window.is_first))
            error = self.broken.get((name, window.day))
            if error:
                raise error
            yield Page("/", 200, b"{}")

        return asked

    def source(self) -> Source:
        days = Stream("days", "window", self.pages("days"), (), restates_days=1)
        now = Stream("now", "snapshot", self.pages("now"), ())
        return Source("x", "X_BASE_URL", "https://x.example", 4, (days, now), lambda base_url, token: Api())


@pytest.fixture
def world(monkeypatch) -> World:
    made = World()
    monkeypatch.setitem(SOURCES, "x", made.source())
    return made


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings.load(tmp_path, {"WAREHOUSE_PERSON_KEY": "a-key-for-tests-only", "T": "token"})


ACCOUNTS = [Account("aozora", "x", "42", None, "Asia/Tokyo", "JPY", "T")]


def fetch(settings, days):
    return ingest.fetch(settings, "x", ACCOUNTS, days)


def test_the_days_of_a_run_and_the_ones_that_are_restated_are_each_asked_once(settings, world):
    fetch(settings, DAYS)
    first = DAYS[0] - timedelta(days=1)
    assert world.asked == [
        ("days", first, True),
        ("days", DAYS[0], False),
        ("days", DAYS[1], False),
        ("now", DAYS[1], False),
    ]


def test_a_day_is_asked_once_more_at_the_age_its_stream_names_if_it_was_ever_captured(settings, world, monkeypatch):
    source = world.source()
    days = Stream("days", "window", world.pages("days"), (), revisits=(14, 90))
    monkeypatch.setitem(SOURCES, "x", Source("x", "X_BASE_URL", "https://x.example", 4, (days,), source.open))
    fetch(settings, [DAYS[0]])
    fetch(settings, [DAYS[0] + timedelta(days=14)])
    fetch(settings, [DAYS[0] + timedelta(days=90)])
    asked = [day for _, day, _ in world.asked]
    assert asked == [
        DAYS[0],
        DAYS[0],
        DAYS[0] + timedelta(days=14),
        DAYS[0],
        DAYS[0] + timedelta(days=90),
    ]


def test_a_snapshot_is_filed_under_the_day_of_its_capture(settings, world):
    harvest = fetch(settings, DAYS)
    assert [(one.stream, one.window_date) for one in harvest.captures][-1] == ("now", "2026-07-04")


def test_a_snapshot_of_a_past_day_is_not_fetched_and_says_so(settings, world):
    harvest = fetch(settings, [date(2026, 7, 1)])
    assert ("now", date(2026, 7, 1), False) not in world.asked
    (skipped,) = harvest.shortfalls
    assert skipped.reason == "x account 42: now of a past day can't be asked for, x tells only the present"
    assert harvest.failures == []


def test_a_window_that_failed_is_asked_again_by_the_next_run(settings, world):
    world.broken["days", DAYS[0]] = SourceUnavailable("X is down")
    fetch(settings, [DAYS[0]])
    world.broken.clear()
    world.asked.clear()
    later = DAYS[0] + timedelta(days=5)
    fetch(settings, [later])
    assert [day for name, day, _ in world.asked if name == "days"] == [DAYS[0], later - timedelta(days=1), later]
    assert [one for one in shortfalls.read(settings, "x") if one.is_failure] == []


def test_without_the_first_window_no_later_one_is_taken_since_it_would_hide_what_lies_before(settings, world):
    first = DAYS[0] - timedelta(days=1)
    world.broken["days", first] = SourceUnavailable("X is down")
    harvest = fetch(settings, DAYS)
    assert {one.window_date for one in harvest.failures if one.stream == "days"} == {
        "2026-07-01",
        "2026-07-02",
        "2026-07-03",
    }
    assert landing.sidecars(settings.landing, "x", "days") == []


def test_an_answer_of_an_unknown_shape_is_a_failure_of_its_window_alone(settings, world):
    world.broken["days", DAYS[1]] = TypeError("'NoneType' object is not iterable")
    harvest = fetch(settings, DAYS)
    assert [one.reason for one in harvest.failures] == [
        "x account 42: days came in a shape that is not known: report it"
    ]
    assert len(harvest.captures) == 3


def test_shortfalls_of_streams_that_were_not_asked_are_kept(settings, world):
    world.broken["days", DAYS[1]] = SourceUnavailable("X is down")
    fetch(settings, DAYS)
    ingest.fetch(settings, "x", ACCOUNTS, [DAYS[1]], {"now"})
    kept = json.loads((settings.landing / "x" / "shortfalls.json").read_text())
    assert [entry["stream"] for entry in kept] == ["days"]


def test_what_came_before_a_quota_ended_is_kept_of_a_stream_that_resumes(settings, monkeypatch):
    landed = []

    def pages(api, account, window):
        landed.append([(at, json.loads(page.body)) for at, page in window.landed()])
        yield Page("/1", 200, b'{"n": [1,\n 2]}')
        raise QuotaExhausted("X has no credits left")

    stream = Stream("now", "snapshot", pages, (), looks_back_days=3)
    monkeypatch.setitem(
        SOURCES, "x", Source("x", "X_BASE_URL", "https://x.example", 4, (stream,), lambda base_url, token: Api())
    )
    for _ in range(2):
        harvest = fetch(settings, [DAYS[1]])
    assert [one.reason for one in harvest.failures] == [
        "x account 42: partial, will resume: 1 page(s) are kept; X has no credits left"
    ]
    assert [capture.page_count for capture in harvest.captures] == [1]
    assert landed == [[], [(PRESENT, {"n": [1, 2]})]]


def test_a_token_that_ends_in_mid_run_is_renewed_and_the_run_goes_on_where_it_was(tmp_path):
    server, asked_with = Scripted(), []

    def answer(asked):
        if asked.method == "POST":
            number = len([one for one in server.asked if one.method == "POST"]) + 1
            return Answer({"access_token": f"token-{number}", "refresh_token": f"next-{number}", "expires_in": 7200})
        asked_with.append((asked.path.partition("?")[0].rpartition("/")[2], asked.headers.get("Authorization")))
        if "/tweets" in asked.path and asked.headers["Authorization"] == "Bearer token-2":
            return Answer({"title": "Unauthorized"}, 401)
        return Answer({"data": {"id": "42", "username": "a"}} if "/users/42?" in asked.path else {"meta": {}})

    server.answers = answer
    account = replace(ACCOUNTS[0], refresh_token_env="R", client_id_env="C")
    environ = {"WAREHOUSE_PERSON_KEY": "a-key-for-tests-only", "X_BASE_URL": server.url, "R": "first", "C": "client"}
    settings = Settings.load(tmp_path, {**environ, "WAREHOUSE_TOKENS": str(tmp_path / "private" / "tokens.json")})
    harvest = ingest.fetch(settings, "x", [account], [datetime(2026, 8, 31, tzinfo=UTC).date()])
    server.stop()
    assert harvest.failures == []
    assert [capture.stream for capture in harvest.captures] == ["user", "posts", "mentions", "counts"]
    # one 401 is no proof, the second is; the renewed token serves what comes after
    assert [token for name, token in asked_with if name == "tweets"] == ["Bearer token-2"] * 2 + ["Bearer token-3"]
    assert [token for name, token in asked_with if name == "mentions"] == ["Bearer token-3"]
    kept = json.loads((tmp_path / "private" / "tokens.json").read_text())["x:42"]
    assert (kept["token"], kept["refresh_token"], kept["is_renewing"]) == ("token-3", "next-3", False)


@pytest.mark.parametrize(
    "broken",
    [
        Answer(b"<html>log in</html>", 200),
        Answer({"data": {}, "meta": "x"}, 400),
        Answer({"title": "Unauthorized"}, 401),
        Answer({"title": "Payment Required", "detail": "credits depleted"}, 402),
    ],
    ids=["a login page", "refused", "token", "credits"],
)
def test_one_accounts_failure_leaves_the_others_whole(tmp_path, broken):
    server = Scripted()
    whole = {"data": {"id": "42", "username": "a"}}
    server.answers = lambda asked: (
        broken if "/43" in asked.path else Answer(whole if "/users/42?" in asked.path else {"meta": {}})
    )
    accounts = [replace(ACCOUNTS[0], account_id=account_id) for account_id in ("41", "42", "43", "44")]
    environ = {"WAREHOUSE_PERSON_KEY": "a-key-for-tests-only", "X_BASE_URL": server.url, "T": "token"}
    settings = Settings.load(tmp_path, environ)
    harvest = ingest.fetch(settings, "x", accounts, [datetime(2026, 8, 31, tzinfo=UTC).date()], {"posts", "mentions"})
    server.stop()
    captured = sorted((capture.account_id, capture.stream) for capture in harvest.captures)
    assert captured == [(one, stream) for one in ("41", "42", "44") for stream in ("mentions", "posts")]
    assert {shortfall.account_id for shortfall in harvest.failures} == {"43"}
    assert all(shortfall.reason.startswith("x account 43: ") for shortfall in harvest.failures)


def test_pages_of_x_that_come_again_are_kept_once_and_the_lack_is_told(tmp_path):
    server = Scripted()
    page = {"data": [{"id": "1577730467436138524", "text": "a"}], "meta": {"next_token": "T"}}
    server.answers = lambda asked: Answer(page if "/tweets" in asked.path else {"meta": {}})
    settings = Settings.load(
        tmp_path, {"WAREHOUSE_PERSON_KEY": "a-key-for-tests-only", "X_BASE_URL": server.url, "T": "token"}
    )
    harvest = ingest.fetch(settings, "x", ACCOUNTS, [datetime(2026, 8, 31, tzinfo=UTC).date()], {"posts"})
    server.stop()
    assert [(capture.stream, capture.page_count) for capture in harvest.captures] == [("posts", 2)]
    (shortfall,) = harvest.failures
    assert "partial, will resume: 2 page(s) are kept; X gave the same page twice" in shortfall.reason
