"""A new access token of X for a refresh token, which X takes once: OAuth 2.0, confidential or public client.

Reference  https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.errors import SourceUnavailable, TokenRefused
from connectors.streams import Renewal
from connectors.token_endpoint import ask_once

LIVES_S = 7200


def renew(base_url: str, client_id: str, client_secret: str | None, refresh_token: str) -> Renewal:
    """Ask once, since a second try would use a token that the first may have used up."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": client_id}
    auth = (client_id, client_secret) if client_secret else None
    status, told = ask_once("POST", f"{base_url.rstrip('/')}/2/oauth2/token", data=form, auth=auth)
    if status in (400, 401, 403):
        raise TokenRefused(f"X refused the refresh token or the client (status {status})")
    if status != 200 or not told.get("access_token"):
        raise SourceUnavailable("X did not answer the renewal of a token: run again later")
    lives = timedelta(seconds=int(told.get("expires_in") or LIVES_S))
    return Renewal(told["access_token"], datetime.now(UTC) + lives, told.get("refresh_token"))
