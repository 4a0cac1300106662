"""A new access token of X for a refresh token, which X takes once: OAuth 2.0, confidential or public client.

Reference  https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from connectors.deadline import DeadlineAdapter
from connectors.errors import SourceUnavailable, TokenRefused
from connectors.streams import Renewal

ANSWER_S = 30.0
LIVES_S = 7200


def renew(base_url: str, client_id: str, client_secret: str | None, refresh_token: str) -> Renewal:
    """Ask once, since a second try would use a token that the first may have used up."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": client_id}
    status, told = None, {}
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", DeadlineAdapter())
    session.mount("http://", DeadlineAdapter())
    try:
        reply = session.post(
            f"{base_url.rstrip('/')}/2/oauth2/token",
            data=form,
            auth=(client_id, client_secret) if client_secret else None,
            timeout=(5.0, ANSWER_S),
            allow_redirects=False,
        )
        status, told = reply.status_code, reply.json()
    except (requests.RequestException, ValueError):
        pass
    finally:
        session.close()
    # Raised out here, since an exception of requests holds the request, and that the token.
    return _judged(status, told if isinstance(told, dict) else {})


def _judged(status: int | None, told: dict[str, Any]) -> Renewal:
    if status in (400, 401, 403):
        raise TokenRefused(f"X refused the refresh token or the client (status {status})")
    if status != 200 or not told.get("access_token"):
        raise SourceUnavailable("X did not answer the renewal of a token: run again later")
    lives = timedelta(seconds=int(told.get("expires_in") or LIVES_S))
    return Renewal(told["access_token"], datetime.now(UTC) + lives, told.get("refresh_token"))
