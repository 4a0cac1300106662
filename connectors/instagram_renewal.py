"""A token of Instagram for another 60 days: exchanged by the app (Page login) or refreshed by itself (Instagram login).

Reference  https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
           https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
Rotation   the token is its own refresh token, and the older one stays good: a renewal that breaks off costs nothing
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.errors import SourceUnavailable, TokenRefused
from connectors.instagram_host import INSTAGRAM_LOGIN_HOST, NEWEST, split_version
from connectors.streams import Renewal
from connectors.token_endpoint import ask_once

EARLY = timedelta(days=10)  # an expired token can't be renewed, and a run may be missed
LIVES_S = 60 * 86400
TOO_YOUNG = timedelta(days=1)


def renew(base_url: str, client_id: str, client_secret: str | None, token: str) -> Renewal:
    """Ask for a token that lives 60 days from now; one of Instagram login that is younger than a day stays."""
    base, version = split_version(base_url)
    is_own_login = INSTAGRAM_LOGIN_HOST in base or not client_id
    if is_own_login:
        path, asked = "refresh_access_token", {"grant_type": "ig_refresh_token", "access_token": token}
    else:
        path = f"{version or NEWEST}/oauth/access_token"
        asked = {"grant_type": "fb_exchange_token", "client_id": client_id, "fb_exchange_token": token}
        asked |= {"client_secret": client_secret} if client_secret else {}
    status, told = ask_once("GET", f"{base}/{path}", params=asked)
    if status == 200 and told.get("access_token"):
        ends = datetime.now(UTC) + timedelta(seconds=int(told.get("expires_in") or LIVES_S))
        return Renewal(told["access_token"], ends, told["access_token"])
    error = told.get("error")
    if status is None or status >= 500 or not isinstance(error, dict):
        raise SourceUnavailable("Instagram did not answer the renewal of a token: run again later")
    if is_own_login and error.get("code") == 100:
        return Renewal(token, datetime.now(UTC) + EARLY + TOO_YOUNG, token)
    raise TokenRefused(f"Instagram refused to renew the token (code {error.get('code')})")
