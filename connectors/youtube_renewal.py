"""A new access token of Google for a refresh token, which Google takes again and again.

Reference  https://developers.google.com/identity/protocols/oauth2/web-server#offline
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.errors import SourceUnavailable, TokenRefused
from connectors.streams import Renewal
from connectors.token_endpoint import ask_once

LIVES_S = 3600


def renew(base_url: str, client_id: str, client_secret: str | None, refresh_token: str) -> Renewal:
    """Ask the token endpoint on the source's own host."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": client_id}
    if client_secret:
        form["client_secret"] = client_secret
    status, told = ask_once("POST", f"{base_url.rstrip('/')}/oauth2/v4/token", data=form)
    if status in (400, 401, 403):
        raise TokenRefused(f"Google refused the refresh token or the client (status {status})")
    if status != 200 or not told.get("access_token"):
        raise SourceUnavailable("Google did not answer the renewal of a token: run again later")
    lives = timedelta(seconds=int(told.get("expires_in") or LIVES_S))
    return Renewal(told["access_token"], datetime.now(UTC) + lives, told.get("refresh_token"))
