"""Signing in to GA4: a token is used as it is; a service account's key makes tokens and makes new ones in time.

The key is a JSON file, named by its path, or that JSON itself. It is asked for tokens at Google's own address alone.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials

from connectors.address import LOOPBACK
from connectors.deadline import DeadlineAdapter
from connectors.dialect import Reply
from connectors.errors import SourceUnavailable, TokenRefused
from connectors.ga4_dialect import DIALECT
from connectors.http import Api
from connectors.redaction import Redaction

SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
TOKEN_HOST = "oauth2.googleapis.com"  # noqa: S105 (a host)


def opened(base_url: str, secret: str) -> Api:
    """Return the door to GA4 for an access token, a service account's key, or the path of such a key."""
    key = _key(secret)
    if key is None:
        return Api(DIALECT, base_url, secret)
    credentials = _credentials(key)
    _renew(credentials)
    return SignedIn(DIALECT, base_url, credentials.token, credentials=credentials)


@dataclass
class SignedIn(Api):
    """A door whose token is renewed before it expires."""

    credentials: Any = field(default=None, repr=False)

    def _ask(self, method: str, path: str, asked: str, body: bytes | None) -> Reply:
        if not self.credentials.valid:
            _renew(self.credentials)
            self.token = self.credentials.token
            self._redaction = Redaction(self.token)
        return super()._ask(method, path, asked, body)


def _key(secret: str) -> dict[str, Any] | None:
    text = secret
    if secret.endswith(".json"):
        try:
            text = Path(secret).expanduser().read_text(encoding="utf-8")
        except OSError:
            text = ""
        if not text:
            raise TokenRefused("GA4: the file of the service account's key can't be read, correct the path")
    if not text.lstrip().startswith("{"):
        return None
    try:
        key = json.loads(text)
    except ValueError:
        key = None
    if key is None:
        raise TokenRefused("GA4: the service account's key is no JSON, put the file as Google gave it")
    return key


def _credentials(key: dict[str, Any]) -> Credentials:
    address = urlsplit(str(key.get("token_uri", "")))
    is_ours = address.hostname in LOOPBACK
    if not is_ours and (address.scheme, address.netloc) != ("https", TOKEN_HOST):
        raise TokenRefused(f"GA4: token_uri of the service account's key is not on {TOKEN_HOST}, put a genuine key")
    credentials = None
    with suppress(ValueError, GoogleAuthError):
        credentials = Credentials.from_service_account_info(key, scopes=[SCOPE])
    # Raised out here: the exception of the library holds the key.
    if credentials is None:
        raise TokenRefused("GA4: the service account's key lacks client_email or private_key, put a whole one")
    return credentials


def _renew(credentials: Credentials) -> None:
    trouble = None
    with requests.Session() as session:
        session.mount("https://", DeadlineAdapter())
        session.max_redirects = 0
        session.trust_env = urlsplit(credentials._token_uri).hostname not in LOOPBACK
        try:
            credentials.refresh(Request(session))
        except (TransportError, requests.RequestException):
            trouble = SourceUnavailable("Google's sign-in can't be reached: run again later")
        except GoogleAuthError:
            trouble = TokenRefused(
                "Google refuses the service account's key: see that the account exists and the key was not withdrawn"
            )
    if trouble:
        raise trouble
