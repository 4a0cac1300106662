"""What may happen between us and a source, over real sockets."""

import json
import time
import traceback
from datetime import UTC, datetime

import pytest

from connectors.dialect import Dialect
from connectors.errors import (
    PermissionMissing,
    QuotaExhausted,
    RequestRefused,
    SourceError,
    SourceUnavailable,
    TokenRefused,
    UnreadableAnswer,
    names_the_token,
)
from connectors.http import Api
from tests.connectors.scripted import Answer, Scripted, bomb, cut, drip

CANARY = "canary-5f3759df-token"
DIALECT = Dialect("Test", lambda reply, said: None, lambda reply: None)
FINE = Answer({"data": [1]})


@pytest.fixture
def slept():
    return []


@pytest.fixture
def api(scripted, slept):
    door = Api(DIALECT, scripted.url, CANARY, sleep=slept.append)
    yield door
    door.close()


def failure(api: Api, path: str = "/things", **params) -> SourceError:
    with pytest.raises(SourceError) as caught:
        api.get(path, **params)
    return caught.value


def test_an_answer_is_kept_as_it_was_sent_and_the_question_without_host(scripted, api):
    scripted.answers = [Answer(b'{"b": 1,  "a": "\xe3\x82\xa2"}')]
    page = api.get("/v1/things", fields="id,insights.metric(reach)", limit=2).page
    assert (page.asked, page.status, page.body) == (
        "/v1/things?fields=id,insights.metric(reach)&limit=2",
        200,
        b'{"b": 1,  "a": "\xe3\x82\xa2"}',
    )
    assert scripted.asked[0].path == "/base/v1/things?fields=id,insights.metric(reach)&limit=2"
    assert (api.usage.requests, api.usage.bytes) == (1, len(page.body))


def test_the_token_travels_in_the_authorization_header_alone(scripted, api):
    scripted.answers = [FINE]
    api.get("/things", after="x")
    api.post("/things:run", {"limit": "1"})
    assert [asked.headers["Authorization"] for asked in scripted.asked] == [f"Bearer {CANARY}"] * 2
    assert not any(CANARY in asked.path or CANARY.encode() in asked.body for asked in scripted.asked)


def test_a_password_in_netrc_never_takes_the_place_of_the_token(scripted, api, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password something")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    api._wire.session.trust_env = True
    scripted.answers = [FINE]
    api.get("/things")
    assert scripted.asked[0].headers["Authorization"] == f"Bearer {CANARY}"


def test_the_present_is_the_sources_own_and_is_asked_without_the_token(scripted, api):
    scripted.answers = [Answer(b"<html>", 404)]
    assert api.present() == datetime(2026, 9, 1, tzinfo=UTC)
    assert api.present() == datetime(2026, 9, 1, tzinfo=UTC)
    assert [(asked.path, "Authorization" in asked.headers) for asked in scripted.asked] == [("/base/", False)]


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_dripping_answer_ends_at_the_deadline(scripted, slept, part):
    """Row 13 of the fault matrix."""
    scripted.answers = [Answer(write=drip(part))]
    api = Api(Dialect("Test", DIALECT.refusal, DIALECT.quota_left, tries_more=0), scripted.url, CANARY, answer_s=0.4)
    began = time.monotonic()
    assert "took too long" in str(failure(api))
    assert time.monotonic() - began < 1.5
    assert len(scripted.asked) == 1


@pytest.mark.parametrize("framing", ["length", "chunked", "neither"])
def test_a_truncated_answer_is_asked_again(scripted, api, framing):
    """Row 14 of the fault matrix."""
    scripted.answers = [Answer(write=cut(framing)), FINE]
    assert api.get("/things").json == {"data": [1]}
    assert len(scripted.asked) == 2


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_trouble_of_the_source_is_tried_again_with_growing_pauses(scripted, api, slept, status):
    """Row 12 of the fault matrix; row 10 where a 429 names no wait."""
    scripted.answers = [Answer({}, status), Answer({}, status), Answer({}, status), FINE]
    assert api.get("/things").json == {"data": [1]}
    assert len(slept) == 3
    assert slept[0] < slept[1] < slept[2] < 3


def test_trouble_that_stays_ends_after_five_tries(scripted, api, slept):
    """Row 12 of the fault matrix."""
    scripted.answers = [Answer({}, 503)]
    refusal = failure(api)
    assert (type(refusal), str(refusal)) == (
        SourceUnavailable,
        "Test has trouble of its own (status 503): run again later",
    )
    assert (len(scripted.asked), len(slept)) == (5, 4)


def test_a_source_that_wore_patience_out_gets_one_try_at_a_time_until_it_answers(scripted, api):
    scripted.answers = [*[Answer({}, 503)] * 6, FINE, Answer({}, 503), FINE]
    failure(api)
    assert len(scripted.asked) == 5
    failure(api)
    assert len(scripted.asked) == 6
    assert api.get("/things").json == {"data": [1]}
    assert api.get("/things").json == {"data": [1]}
    assert len(scripted.asked) == 9


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestRefused),
        (401, TokenRefused),
        (403, PermissionMissing),
        (404, RequestRefused),
        (302, RequestRefused),
    ],
)
def test_a_refusal_is_not_tried_again(scripted, api, status, kind):
    scripted.answers = [Answer({}, status)]
    assert type(failure(api)) is kind
    assert len(scripted.asked) == 1


@pytest.mark.parametrize("said", ["7", "Tue, 01 Sep 2026 00:00:07 GMT"])
def test_retry_after_is_waited_for_in_seconds_or_till_the_date_of_the_sources_clock(scripted, api, slept, said):
    """Row 10 of the fault matrix."""
    scripted.answers = [Answer({}, 429, {"Retry-After": said}), FINE]
    api.get("/things")
    assert len(slept) == 1
    assert 7 <= slept[0] <= 7.5


def test_an_absurd_retry_after_ends_at_once_with_a_sentence_about_the_quota(scripted, api, slept):
    """Row 10 of the fault matrix."""
    scripted.answers = [Answer({}, 429, {"Retry-After": "1000000000"})]
    refusal = failure(api)
    assert isinstance(refusal, QuotaExhausted)
    assert str(refusal) == "Test counts too many requests of this account: run again in 16666667 min"
    assert (len(scripted.asked), slept) == (1, [])


def test_waits_that_add_up_beyond_the_longest_end_the_request(scripted, api, slept):
    """Row 10 of the fault matrix."""
    scripted.answers = [Answer({}, 429, {"Retry-After": "600"})]
    assert isinstance(failure(api), QuotaExhausted)
    assert len(slept) == 1


def test_a_redirect_is_not_followed(scripted, api):
    """Row 22 of the fault matrix."""
    other = Scripted()
    other.answers = [FINE]
    scripted.answers = [Answer({}, 302, {"Location": f"{other.url}/elsewhere"})]
    assert str(failure(api)) == "Test wants to send us elsewhere (status 302): correct its base address"
    assert other.asked == []
    other.stop()


@pytest.mark.parametrize(
    "path",
    ["https://elsewhere.example/things", "file:///etc/passwd", "//elsewhere.example/x", "@elsewhere.example/x", ""],
)
def test_only_paths_are_asked_and_always_of_the_same_host(scripted, api, path):
    """Row 21 of the fault matrix."""
    scripted.answers = [FINE]
    if path.startswith("/"):
        api.get(path)
        assert [asked.path for asked in scripted.asked] == ["/base//elsewhere.example/x"]
    else:
        assert str(failure(api, path)) == "Test: only paths below the base address are asked"
        assert scripted.asked == []


@pytest.mark.parametrize(
    ("base_url", "flaw"),
    [
        ("http://graph.example.com", "would carry the token readable through the network, write https"),
        ("ftp://127.0.0.1", "does not begin with https:// and a host"),
        ("graph.example.com", "does not begin with https:// and a host"),
        ("https://user:word@graph.example.com", "has more than host and path in it"),
        ("https://[graph", "is not an address"),
    ],
)
def test_a_base_address_that_would_betray_the_token_is_refused(base_url, flaw):
    """Row 21 of the fault matrix."""
    with pytest.raises(RequestRefused) as caught:
        Api(DIALECT, base_url, CANARY)
    assert str(caught.value) == f"the base address of Test {flaw}: correct TEST_BASE_URL"


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "ключ"])
def test_a_token_that_no_header_can_carry_is_refused_without_being_repeated(token):
    with pytest.raises(TokenRefused) as caught:
        Api(DIALECT, "https://graph.example.com", token)
    assert str(caught.value) == "Test: the token is empty or has blanks in it, put it without them"


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        (b"<!doctype html><title>Log in</title>", "HTML"),
        (b"", "nothing"),
        (b"OK", "text that is not JSON"),
        (b'{"a": "\xff"}', "text that is not UTF-8"),
        (b"\xef\xbb\xbf{}", "text that is not JSON"),
        (b'{"a": NaN}', "JSON with NaN in it"),
        (b'{"a": -Infinity}', "JSON with -Infinity in it"),
        (b'{"a": 1e400}', "JSON with a number beyond measure"),
        (b'{"a": ' + b"9" * 45 + b"}", "JSON with a number beyond measure"),
        (b'{"a": ' + b"9" * 5000 + b"}", "JSON with a number beyond measure"),
        (b'{"a": -9223372036854775809}', "JSON with a number beyond measure"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "JSON with a name twice in one object"),
        (b'{"a": "\\ud800 alone"}', "JSON with half a character in it"),
        (b"[" * 100_000, "JSON nested too deeply"),
        (b"[1, 2]", "JSON that is not an object"),
    ],
)
def test_a_200_that_is_no_json_object_is_asked_again_a_little_and_then_named(scripted, api, slept, body, flaw):
    """Rows 15, 16 and 17 of the fault matrix."""
    scripted.answers = [Answer(body)]
    refusal = failure(api)
    assert isinstance(refusal, UnreadableAnswer)
    assert str(refusal).startswith(f"Test answered {flaw} instead of a JSON object")
    assert (len(scripted.asked), len(slept)) == (3, 2)


def test_emoji_and_escaped_backslashes_are_whole_characters(scripted, api):
    scripted.answers = [Answer(b'{"a": "\\ud83d\\ude00 \\\\ud800"}')]
    assert api.get("/things").json == {"a": "😀 \\ud800"}


def test_a_gzip_bomb_is_cut_off_at_the_size_cap(scripted):
    """Row 31 of the fault matrix."""
    scripted.answers = [bomb(megabytes=40)]
    api = Api(DIALECT, scripted.url, CANARY, largest_answer=1 << 20)
    refusal = failure(api)
    assert str(refusal) == (
        "Test sent more than 1,048,576 bytes in one answer: see that the base address is that of its API"
    )
    assert len(scripted.asked) == 1


def test_row_31_answers_that_together_are_more_than_a_run_may_bring_end_it(scripted):
    """Row 31 of the fault matrix: each is small, and they never end."""
    scripted.answers = [Answer({"data": "a" * 1000})]
    api = Api(DIALECT, scripted.url, CANARY, most_bytes=4096)
    with pytest.raises(QuotaExhausted, match=r"Test sent more than 4,096 bytes for one account in one run"):
        for _ in range(9):
            api.get("/things")
    api.close()
    assert (len(scripted.asked), api.usage.bytes) == (5, 4 * len(json.dumps({"data": "a" * 1000})))


def test_a_source_that_is_down_is_named_with_its_host(slept):
    """Row 12 of the fault matrix."""
    dead = Scripted()
    dead.stop()
    refusal = failure(Api(DIALECT, dead.url, CANARY, sleep=slept.append))
    assert str(refusal) == "Test can't be reached: see that 127.0.0.1 can be reached, then run again"
    assert len(slept) == 4


def test_secrets_in_an_answer_are_blanked_before_anyone_sees_it(scripted, api):
    following = f"https://graph.example.com/v26.0/1/media?access_token={CANARY}&after=QVFI"
    echoed = {"paging": {"next": following}, "other": "?access_token=EAAother123&limit=2"}
    scripted.answers = [Answer(json.dumps(echoed).encode())]
    assert json.loads(api.get("/things").page.body) == {
        "paging": {"next": "https://graph.example.com/v26.0/1/media?access_token=***&after=QVFI"},
        "other": "?access_token=***&limit=2",
    }


def _echo(reply, said):
    return RequestRefused(f"Test refused: {said(reply.json.get('message', ''))}") if reply.status == 400 else None


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"message": f"bad token {CANARY}, Bearer {CANARY}, access_token={CANARY}"}, 400),
        Answer({"message": CANARY}, 401),
        Answer({"message": CANARY}, 503),
        Answer(CANARY.encode()),
        Answer({}, 302, {"Location": f"https://elsewhere.example/?access_token={CANARY}"}),
        Answer(write=cut("length")),
        Answer(write=lambda handler: None),
    ],
)
def test_no_failure_shows_the_token_or_holds_on_to_the_request(scripted, account, answer):
    """Row 24 of the fault matrix."""
    scripted.answers = [answer]
    api = Api(Dialect("Test", _echo, DIALECT.quota_left), scripted.url, CANARY, sleep=lambda seconds: None)

    @names_the_token
    def things(api, account, window):
        yield api.get("/things").page

    with pytest.raises(SourceError) as caught:
        list(things(api, account, None))
    error = caught.value
    assert CANARY not in "".join(traceback.format_exception(error))
    assert CANARY not in repr(error)
    assert CANARY not in repr(api)
    assert CANARY not in str(error.page)
    assert (error.__cause__, error.__context__) == (None, None)
    assert "\n" not in str(error)


def test_a_refused_token_is_named_by_its_variable(scripted, account):
    scripted.answers = [Answer({}, 401)]
    api = Api(DIALECT, scripted.url, CANARY)

    @names_the_token
    def things(api, account, window):
        yield api.get("/things").page

    with pytest.raises(TokenRefused) as caught:
        list(things(api, account, None))
    assert str(caught.value) == "Test refused the token (status 401): put a valid one in X_TOKEN_AOZORA"
