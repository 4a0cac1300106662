"""YouTube's channel and videos over real HTTP, against what the world knows to be true."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from urllib.request import urlopen

import pytest

from connectors import SOURCES, youtube
from connectors.errors import QuotaExhausted, TokenRefused, UnreadableAnswer
from connectors.streams import Account, Page, Window
from orchestration import ingest, loading, raw
from orchestration.settings import Settings
from sandbox import scenario
from sandbox.video import uploads
from sandbox.world import build
from tests.connectors.conftest import rows, stream_of
from tests.connectors.scripted import Answer
from tests.sandbox.conftest import serving

CHANNEL = "UCaozora0000000000000001"
ACCOUNT = Account("aozora", "youtube", CHANNEL, None, "Asia/Tokyo", "JPY", "YOUTUBE_TOKEN_AOZORA")
AT, WINDOW = datetime(2026, 7, 13, tzinfo=UTC), Window(date(2026, 7, 12))


@pytest.fixture(scope="module")
def studio():
    planned = scenario.load(scenario.SCENARIOS / "small.yml")
    aozora = planned.brands[0].model_copy(update={"youtube_channel": CHANNEL})
    yield from serving(build(planned.model_copy(update={"brands": (aozora,)})))


@pytest.fixture
def shown(studio):
    brand = studio.world.brands["aozora"]
    return [video for video in uploads(studio.world.scenario, brand) if video.published_at <= AT]


def pages(root, stream, present="2026-07-13"):
    api = SOURCES["youtube"].open(f"{root}/at/{present}/youtube", "a-token-for-tests")
    api.sleep = lambda seconds: None
    try:
        return list(stream_of("youtube", stream).pages(api, ACCOUNT, WINDOW))
    finally:
        api.close()


def told(root, stream, table):
    return rows(stream_of("youtube", stream), table, pages(root, stream))


def test_every_video_comes_once_with_its_counters_and_none_where_comments_are_off(studio, shown):
    found = {row["video_id"]: row for row in told(studio.root, "videos", "videos")}
    assert len(shown) > 50, "more than one page"
    assert {key: (row["view_count"], row["like_count"], row["comment_count"]) for key, row in found.items()} == {
        video.video_id: (
            video.counts(AT)["views"],
            video.counts(AT)["likes"],
            video.counts(AT)["comments"] if video.has_comments else None,
        )
        for video in shown
    }
    assert not all(video.has_comments for video in shown)


def test_a_channel_tells_its_subscribers_views_and_videos(studio, shown):
    (row,) = told(studio.root, "channel", "channels")
    assert (row["channel_id"], row["video_count"]) == (CHANNEL, len(shown))
    assert row["view_count"] == sum(video.counts(AT)["views"] for video in shown)
    assert row["subscriber_count"] == int(float(f"{row['subscriber_count']:.3g}")) > 0


def test_hidden_subscribers_are_unknown_and_not_zero():
    statistics = {"subscriberCount": "0", "hiddenSubscriberCount": True, "viewCount": "9"}
    page = Page("/x", 200, json.dumps({"items": [{"id": CHANNEL, "statistics": statistics}]}).encode())
    (row,) = rows(stream_of("youtube", "channel"), "channels", [page])
    assert (row["subscriber_count"], row["view_count"], row["title"]) == (None, 9, None)


def test_a_day_takes_two_calls_a_page_of_fifty_and_one_for_the_channel(studio, shown):
    before = len(json.loads(urlopen(f"{studio.root}/requests").read()))
    pages(studio.root, "videos")
    paths = [entry["path"] for entry in json.loads(urlopen(f"{studio.root}/requests").read())[before:]]
    assert len(paths) == 1 + 2 * -(-len(shown) // 50)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer({"kind": "youtube#channelListResponse"}), UnreadableAnswer, "knows no channel"),
        (Answer({"error": {"code": 401, "message": "Invalid"}}, 401), TokenRefused, "YOUTUBE_TOKEN_AOZORA"),
        (
            Answer({"error": {"code": 403, "message": "exceeded", "errors": [{"reason": "quotaExceeded"}]}}, 403),
            QuotaExhausted,
            "quota of the day is used up",
        ),
    ],
)
def test_what_an_error_means(scripted, answer, error, words):
    scripted.answers = [answer]
    api = SOURCES["youtube"].open(scripted.url, "a-token-for-tests")
    with pytest.raises(error, match=words):
        list(youtube.channel(api, ACCOUNT, WINDOW))
    api.close()


def test_a_page_that_comes_back_ends_the_stream(scripted):
    def answer(asked):
        if "/channels" in asked.path:
            return Answer({"items": [{"contentDetails": {"relatedPlaylists": {"uploads": "UU1"}}}]})
        return Answer({"items": [], "nextPageToken": "A"})

    scripted.answers = answer
    api = SOURCES["youtube"].open(scripted.url, "a-token-for-tests")
    with pytest.raises(UnreadableAnswer, match="the same page twice"):
        list(youtube.videos(api, ACCOUNT, WINDOW))
    api.close()


def test_a_token_is_renewed_on_the_sources_own_host(scripted):
    scripted.answers = [Answer({"access_token": "new", "expires_in": 3599})]
    renewal = SOURCES["youtube"].renew(scripted.url, "client", "secret", "refresh")
    assert (renewal.token, renewal.refresh_token) == ("new", None)
    assert scripted.asked[0].path == "/base/oauth2/v4/token"
    assert b"grant_type=refresh_token" in scripted.asked[0].body


def test_from_the_registration_alone_follow_landing_loading_and_ledger(studio, shown, tmp_path):
    environ = {
        "YOUTUBE_BASE_URL": f"{studio.root}/at/{{present}}/youtube",
        "YOUTUBE_TOKEN_AOZORA": "a-token-for-tests",
        "WAREHOUSE_PERSON_KEY": "a-key-for-tests-only",
    }
    settings = Settings.load(tmp_path, environ)
    harvest = ingest.fetch(settings, "youtube", [ACCOUNT], [WINDOW.day])
    assert harvest.shortfalls == []
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
        assert loading.load_new(con, settings, "youtube", [WINDOW.day]) == {"channels": 1, "videos": len(shown)}
        assert con.execute("select status, row_count from raw_registry.loads order by row_count").fetchall() == [
            ("loaded", 1),
            ("loaded", len(shown)),
        ]


def test_without_a_channel_nothing_is_asked(studio, tmp_path):
    settings = Settings.load(tmp_path, {"WAREHOUSE_PERSON_KEY": "a-key-for-tests-only"})
    assert ingest.fetch(settings, "youtube", [], [WINDOW.day]).request_count == 0
