"""The token store: rotation, crashes between use and storage, two processes at once."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from connectors import SOURCES
from connectors.errors import SourceUnavailable, TokenRefused
from connectors.streams import Account, Renewal
from connectors.tokens import Stored, TokenStore
from tests.connectors.scripted import Answer

NOW = datetime(2026, 9, 1, tzinfo=UTC)
ACCOUNT = Account("aozora", "x", "150", "aozora_coffee", "Asia/Tokyo", "JPY", "X_TOKEN_AOZORA")
SEED = Stored("old-token", "refresh-1", NOW)
EARLY = timedelta(minutes=10)


class Rotating:
    """A source that takes each refresh token once."""

    def __init__(self):
        self.valid, self.used = "refresh-1", []
        self.dies = False

    def renew(self, refresh_token):
        self.used.append(refresh_token)
        if refresh_token != self.valid:
            raise TokenRefused("X refused the refresh token")
        number = len(self.used) + 1
        self.valid = f"refresh-{number}"
        if self.dies:
            raise KeyboardInterrupt
        return Renewal(f"token-{number}", NOW + timedelta(hours=2 * number), self.valid)


@pytest.fixture
def source():
    return Rotating()


@pytest.fixture
def store(tmp_path):
    return TokenStore(tmp_path / "private" / "tokens.json")


def test_each_renewal_uses_the_refresh_token_of_the_one_before(store, source):
    assert store.token(ACCOUNT, SEED, source.renew, NOW, EARLY) == "token-2"
    assert store.token(ACCOUNT, SEED, source.renew, NOW, EARLY) == "token-2"
    assert store.token(ACCOUNT, SEED, source.renew, NOW + timedelta(hours=4), EARLY) == "token-3"
    assert source.used == ["refresh-1", "refresh-2"]


def test_a_token_that_was_refused_is_renewed_before_its_end(store, source):
    fresh = Stored("old-token", "refresh-1", NOW + timedelta(days=1))
    assert store.token(ACCOUNT, fresh, source.renew, NOW, EARLY) == "old-token"
    assert store.token(ACCOUNT, fresh, source.renew, NOW, EARLY, refused="old-token") == "token-2"
    assert store.token(ACCOUNT, fresh, source.renew, NOW, EARLY, refused="old-token") == "token-2"


def test_only_the_user_can_mend_a_pair_that_was_lost_between_use_and_storage(store, source):
    source.dies = True
    with pytest.raises(KeyboardInterrupt):
        store.token(ACCOUNT, SEED, source.renew, NOW, EARLY)
    with pytest.raises(
        TokenRefused, match=r"broke off before its answer was kept.*connect the account again, take x:150 out of "
    ):
        store.token(ACCOUNT, SEED, source.renew, NOW, EARLY)


def test_a_crash_before_the_source_was_asked_costs_nothing(store, source):
    def never_sent(refresh_token):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.token(ACCOUNT, SEED, never_sent, NOW, EARLY)
    assert store.token(ACCOUNT, SEED, source.renew, NOW, EARLY) == "token-2"


def test_two_at_once_renew_once(store, source):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.token(ACCOUNT, SEED, source.renew, NOW, EARLY), range(8)))
    assert (set(found), source.used) == ({"token-2"}, ["refresh-1"])


def test_the_file_is_its_owners_alone_and_tokens_are_in_no_message(store, source):
    store.token(ACCOUNT, SEED, source.renew, NOW, EARLY)
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert list(json.loads(store.path.read_text())) == ["x:150"]
    assert "old-token" not in repr(SEED)
    with pytest.raises(TokenRefused, match="put a new one in X_TOKEN_AOZORA"):
        store.token(
            Account("b", "x", "1", None, "UTC", "EUR", "X_TOKEN_AOZORA"),
            Stored("t", None, NOW),
            source.renew,
            NOW,
            EARLY,
        )


def test_x_renews_over_http_with_its_client_and_rotates(scripted):
    scripted.answers = [Answer({"access_token": "new", "refresh_token": "next", "expires_in": 7200})]
    renewal = SOURCES["x"].renew(scripted.url, "client", "secret", "refresh-1")
    assert (renewal.token, renewal.refresh_token) == ("new", "next")
    assert timedelta(minutes=115) < renewal.expires_at - datetime.now(UTC) <= timedelta(hours=2)
    (asked,) = scripted.asked
    assert (asked.method, asked.path) == ("POST", "/base/2/oauth2/token")
    assert asked.body == b"grant_type=refresh_token&refresh_token=refresh-1&client_id=client"
    assert asked.headers["Authorization"] == "Basic Y2xpZW50OnNlY3JldA=="


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer({"error": "invalid_request"}, 400), TokenRefused),
        (Answer({"error": "unauthorized_client"}, 401), TokenRefused),
        (Answer(b"", 503), SourceUnavailable),
        (Answer(b"<html>", 200), SourceUnavailable),
    ],
)
def test_a_renewal_is_asked_for_once_whatever_comes(scripted, answer, error):
    scripted.answers = [answer]
    with pytest.raises(error) as caught:
        SOURCES["x"].renew(scripted.url, "client", None, "refresh-canary")
    assert "canary" not in str(caught.value)
    assert len(scripted.asked) == 1


INSTAGRAM = SOURCES["instagram"]


def test_a_page_login_token_is_exchanged_by_its_app_long_before_it_ends(sandbox):
    base = f"{sandbox.root}/at/2026-07-12/instagram/v25.0"
    renewal = INSTAGRAM.renew(base, "app", "secret", "short-of-aozora")
    assert renewal.token == renewal.refresh_token == "long-of-aozora"
    assert timedelta(days=59) < renewal.expires_at - datetime.now(UTC) <= timedelta(days=60)
    assert INSTAGRAM.renews_early == timedelta(days=10)
    with pytest.raises(TokenRefused, match=r"code 190\)"):
        INSTAGRAM.renew(base, "app", "secret", "expired-of-aozora")


def test_an_instagram_login_token_refreshes_itself_and_stays_while_it_is_younger_than_a_day(sandbox):
    base = f"{sandbox.root}/at/2026-07-12/instagram"
    assert INSTAGRAM.renew(base, "", None, "of-aozora").token == "long-of-aozora"
    kept = INSTAGRAM.renew(base, "", None, "fresh-of-aozora")
    assert kept.token == "fresh-of-aozora"
    assert timedelta(hours=23) < kept.expires_at - INSTAGRAM.renews_early - datetime.now(UTC) <= timedelta(days=1)


@pytest.mark.parametrize(("body", "status"), [(b"", 200), (b"[]", 200), (b"", 503), ({"error": "?"}, 400)])
def test_a_renewal_that_instagram_does_not_answer_is_for_later(scripted, body, status):
    scripted.answers = [Answer(body, status)]
    with pytest.raises(SourceUnavailable):
        INSTAGRAM.renew(scripted.url, "app", "secret", "a-token-for-tests")


def test_no_log_of_any_library_holds_a_token_that_travels_in_an_address(scripted, caplog):
    caplog.set_level(logging.DEBUG)
    scripted.answers = [Answer({"error": {"code": 190, "message": "refused"}}, 400)]
    with pytest.raises(TokenRefused):
        INSTAGRAM.renew(scripted.url, "app", "secret-canary", "token-canary")
    api = INSTAGRAM.open(scripted.url, "token-canary")
    with pytest.raises(TokenRefused) as caught:
        api.get("/v26.0/debug_token", input_token=api.token)
    api.close()
    assert "canary" in scripted.asked[-1].path
    assert caught.value.page.asked == "/v26.0/debug_token?input_token=***"
    assert "canary" not in caplog.text


def test_a_token_refused_in_mid_run_is_renewed_once_and_the_question_asked_again(scripted):
    scripted.answers = lambda asked: (
        Answer({"data": {}}) if asked.headers["Authorization"] == "Bearer token-2" else Answer(b"", 401)
    )
    for renewed, works in (("token-2", True), ("token-3", False)):
        api = SOURCES["ga4"].open(scripted.url, "old-token")
        refused = []
        api.renew = lambda token, new=renewed, refused=refused: refused.append(token) or new
        if works:
            assert api.get("/2/users/me").json == {"data": {}}
        else:
            with pytest.raises(TokenRefused):
                api.get("/2/users/me")
        api.close()
        assert refused == ["old-token"]
