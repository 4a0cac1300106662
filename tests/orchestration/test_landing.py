from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
import zstandard

from connectors import SOURCES
from connectors.streams import Page, Stream
from orchestration import landing, parts
from tests.orchestration.conftest import DAY, NOON, x_user_page

USER = SOURCES["x"].streams[0]


def land(settings, account, pages, stream: Stream = USER, at=NOON):
    return landing.write(settings.landing, account, stream, DAY, at, pages, settings.person_key)


def captured(settings) -> list[landing.Capture]:
    return [landing.read(sidecar) for sidecar in landing.sidecars(settings.landing, "x", "user")]


def lines(path) -> list[dict]:
    with path.open("rb") as file:
        text = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8")
        return [json.loads(line) for line in text]


def test_a_page_is_kept_as_it_came_beside_what_was_asked(settings, account):
    capture = land(settings, account, [x_user_page(7)])
    assert capture.path(settings.landing).relative_to(settings.landing).as_posix() == (
        "x/user/2026-07-01/42.2026-07-02.ndjson.zst"
    )
    assert lines(capture.path(settings.landing)) == [
        {"asked": "/2/users/42", "status": 200, "body": json.loads(x_user_page(7).body)}
    ]


def test_a_line_break_in_an_answer_stays_one_line(settings, account):
    capture = land(settings, account, [Page("/a", 200, b'{\r\n "data": {\n"id": "1"}}'), x_user_page(1)])
    assert [line["body"]["data"]["id"] for line in lines(capture.path(settings.landing))] == ["1", "42"]


def test_the_same_window_captured_again_the_same_day_replaces_the_first(settings, account):
    land(settings, account, [x_user_page(7)])
    again = land(settings, account, [x_user_page(8)], at=NOON + timedelta(hours=1))
    assert captured(settings) == [again]


def test_a_later_capture_of_an_expiring_stream_leaves_what_only_the_earlier_one_saw(settings, account):
    stories = replace(USER, kind="expiring")
    first = land(settings, account, [x_user_page(7)], stories)
    later = land(settings, account, [x_user_page(8)], stories, at=NOON + timedelta(hours=3))
    assert captured(settings) == [first, later]
    assert [lines(one.path(settings.landing))[0]["body"] for one in (first, later)] == [
        json.loads(x_user_page(followers).body) for followers in (7, 8)
    ]


def test_a_capture_of_another_day_stands_beside_the_first(settings, account):
    first = land(settings, account, [x_user_page(7)])
    later = land(settings, account, [x_user_page(8)], at=NOON + timedelta(days=1))
    assert captured(settings) == [first, later]


def test_a_fetch_that_breaks_off_leaves_no_capture_only_what_the_next_goes_on_from(settings, account):
    def broken():
        yield x_user_page(7)
        raise RuntimeError("the line went dead")

    with pytest.raises(RuntimeError):
        land(settings, account, broken())
    assert captured(settings) == []
    part = parts.find(settings.landing, account, USER, DAY, NOON)
    assert part == parts.Part(NOON, {"/2/users/42": x_user_page(7)})


def test_a_kill_between_the_two_renames_is_rolled_forward(settings, account):
    first = land(settings, account, [x_user_page(7)])
    second = land(settings, account, [x_user_page(8)], at=NOON + timedelta(hours=1))
    sidecar = second.path(settings.landing).with_name("42.2026-07-02.json")
    late = sidecar.read_bytes()
    sidecar.write_text(json.dumps(first.__dict__))
    sidecar.with_name(sidecar.name + ".tmp").write_bytes(late)
    parts.mend(settings.landing)
    assert captured(settings) == [second]
    assert landing.is_whole(settings.landing, second)


def test_a_kill_before_the_renames_is_undone(settings, account):
    first = land(settings, account, [x_user_page(7)])
    pages = first.path(settings.landing)
    pages.with_name(pages.name + ".tmp").write_bytes(b"half a fi")
    parts.mend(settings.landing)
    assert landing.is_whole(settings.landing, first)
    assert sorted(path.name for path in pages.parent.iterdir()) == [
        "42.2026-07-02.json",
        "42.2026-07-02.ndjson.zst",
    ]


def test_an_email_never_reaches_the_disk(settings, account):
    stream = next(stream for stream in SOURCES["hubspot"].streams if stream.name == "contacts")
    body = b'{"results":[{"id":"1","properties":{"email":"Aiko.Tanaka@example.com"}}]}'
    capture = land(settings, account, [Page("/search", 200, body)], stream=stream)
    (line,) = lines(capture.path(settings.landing))
    hashed = line["body"]["results"][0]["properties"]["email"]
    assert "example.com" not in json.dumps(line)
    assert len(hashed) == 64
