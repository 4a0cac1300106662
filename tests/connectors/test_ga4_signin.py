"""Signing in to GA4 with a service account's key, over loopback with a key made here."""

import json
from datetime import date

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors import SOURCES
from connectors.errors import TokenRefused
from connectors.streams import Account, Window
from tests.connectors.conftest import stream_of
from tests.connectors.scripted import Answer

ACCOUNT = Account("aozora", "ga4", "310000101", None, "Asia/Tokyo", "JPY", "GA4_TOKEN_AOZORA")
STREAM = stream_of("ga4", "daily_reports")


@pytest.fixture(scope="module")
def private_key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    return made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def key_of(private_key: str, token_uri: str) -> str:
    return json.dumps({"client_email": "w@p.example", "private_key": private_key, "token_uri": token_uri})


class Google:
    """The token endpoint and the reports; each token lives `lives_s`."""

    def __init__(self, lives_s: int) -> None:
        self.lives_s, self.made = lives_s, 0

    def __call__(self, asked) -> Answer:
        if asked.path.endswith("/token"):
            self.made += 1
            token = f"made-token-{self.made}"
            return Answer({"access_token": token, "expires_in": self.lives_s, "token_type": "Bearer"})
        return Answer({"reports": [{}, {}, {}, {}]})


def read(api) -> None:
    list(STREAM.pages(api, ACCOUNT, Window(date(2026, 8, 31))))


def test_a_key_makes_a_token_and_the_reports_carry_it(scripted, private_key, tmp_path):
    scripted.answers = Google(3599)
    file = tmp_path / "key.json"
    file.write_text(key_of(private_key, f"{scripted.url}/token"), encoding="utf-8")
    api = SOURCES["ga4"].open(scripted.url, str(file))
    read(api)
    read(api)
    carried = [one.headers.get("Authorization") for one in scripted.asked if one.path.endswith("batchRunReports")]
    assert carried == ["Bearer made-token-1"] * 2
    assert private_key not in repr(api)
    api.close()


def test_a_token_near_its_end_is_renewed_before_it_is_sent(scripted, private_key):
    scripted.answers = Google(1)
    api = SOURCES["ga4"].open(scripted.url, key_of(private_key, f"{scripted.url}/token"))
    api.credentials.expiry = api.credentials.expiry.replace(year=2020)
    read(api)
    assert scripted.asked[-1].headers["Authorization"] == "Bearer made-token-2"
    api.close()


def test_a_key_that_names_another_token_endpoint_is_refused_unasked(scripted, private_key):
    with pytest.raises(TokenRefused, match=r"not on oauth2\.googleapis\.com"):
        SOURCES["ga4"].open(scripted.url, key_of(private_key, "https://oauth2.googleapis.com.evil.example/token"))
    assert scripted.asked == []


def test_a_refused_key_is_told_without_the_key(scripted, private_key):
    scripted.answers = [Answer({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)]
    with pytest.raises(TokenRefused, match="refuses the service account's key") as caught:
        SOURCES["ga4"].open(scripted.url, key_of(private_key, f"{scripted.url}/token"))
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "secret", ["{not json", '{"token_uri": "https://oauth2.googleapis.com/token"}', "/no/such.json"]
)
def test_a_broken_key_is_named_with_its_remedy(scripted, secret):
    with pytest.raises(TokenRefused, match=r"put|correct"):
        SOURCES["ga4"].open(scripted.url, secret)
