"""Tokens of Instagram: what is told of one, its exchange and refresh, and the Pages that it may manage.

A token that begins with `short-` lives an hour and can be exchanged; one that begins with `expired-` can't, nor can
one that begins with `fresh-` be refreshed, being younger than a day.
"""

from datetime import timedelta

from sandbox.servers.graph_errors import GraphError, bad_token
from sandbox.servers.wire import Ask, epoch

LIVES = timedelta(days=60)
SCOPES = ["instagram_basic", "instagram_manage_insights", "pages_read_engagement", "pages_show_list"]


def debugged(ask: Ask) -> dict:
    """Return what is told of a token: 60 days are left of it, 90 of the access to data."""
    if not ask.params.get("input_token"):
        raise GraphError("(#100) The parameter input_token is required")
    return {
        "data": {
            "app_id": "1",
            "type": "USER",
            "is_valid": True,
            "issued_at": epoch(ask.present),
            "expires_at": epoch(ask.present + LIVES),
            "data_access_expires_at": epoch(ask.present + timedelta(days=90)),
            "scopes": SCOPES,
            "granular_scopes": [{"scope": scope} for scope in SCOPES],
        }
    }


def exchanged(ask: Ask) -> dict:
    """Return a long-lived token for a user's token of either kind (`oauth/access_token`)."""
    if ask.params.get("grant_type") != "fb_exchange_token":
        raise GraphError("Missing or invalid grant_type parameter", 1)
    if not (ask.params.get("client_id") and ask.params.get("client_secret")):
        raise GraphError("Missing client_id parameter.", 101)
    return _renewed(ask.params.get("fb_exchange_token", ""))


def refreshed(ask: Ask) -> dict:
    """Return the token of an Instagram login, good for another 60 days (`refresh_access_token`)."""
    if ask.params.get("grant_type") != "ig_refresh_token":
        raise GraphError("Missing or invalid grant_type parameter", 1, kind="IGApiException")
    token = ask.params.get("access_token") or ask.token
    if token.startswith("fresh-"):
        raise GraphError("Cannot refresh a token that is less than 24 hours old", 100, kind="IGApiException")
    return _renewed(token)


def _renewed(token: str) -> dict:
    if not token:
        raise bad_token()
    if token.startswith("expired-"):
        words = "Error validating access token: Session has expired on Monday, 01-Jun-26 00:00:00 PDT."
        raise GraphError(words, 190, error_subcode=463)
    return {
        "access_token": f"long-{token.removeprefix('short-')}",
        "token_type": "bearer",
        "expires_in": int(LIVES.total_seconds()),
    }


def pages(view, token: str) -> dict:
    """Return the Pages of the accounts that a token may read; the Page without an account lacks the key."""
    linked = [
        {
            "id": f"1{account.account_id[-9:]}",
            "name": account.brand.name,
            "instagram_business_account": {"id": account.account_id},
        }
        for account in view.accounts_of("instagram")
        if view.accepts(account, token) and view.holder("instagram", token) in (account, None)
    ]
    return {"data": [{"id": "1000", "name": "A Page of a friend"}, *linked], "paging": {"cursors": {"after": "end"}}}
