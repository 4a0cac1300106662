"""What `warehouse doctor` tells of an X account: token and context, limits left, what the month may still cost."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.errors import PermissionMissing, QuotaExhausted, SourceError, TokenRefused
from connectors.http import Api
from connectors.streams import Account, Finding

CONNECT = (
    "connect the account again with tweet.read, users.read and offline.access, and put its token there",
    "tweet.read・users.read・offline.access の権限でアカウントを接続し直し、そのトークンを設定してください",
)


def examine(api: Api, account: Account) -> Iterator[Finding]:
    """Yield what holds for the account: two calls at most, at the price of one user."""
    refused: SourceError | None = None
    try:
        reply = api.get("/2/users/me", **{"user.fields": "id,username,protected"})
    except SourceError as error:
        refused = error
    if refused is not None:
        yield _refused(account, refused)
        return
    found = reply.json.get("data") or {}
    yield Finding("token", True, ("the token is valid, in user context", "トークンは有効で、ユーザー権限です"))
    is_own = str(found.get("id")) == account.account_id
    yield Finding(
        "private metrics",
        is_own,
        (
            f"the token is that of @{found.get('username')}",
            f"トークンは @{found.get('username')} のものです",
        ),
        ("", "") if is_own else CONNECT,
    )
    level = reply.headers.get("x-access-level")
    can_read = None if level is None else level.startswith("read")
    yield Finding(
        "scopes",
        can_read,
        (f"the access level is {level or 'not told'}", f"アクセス権は{level or '不明'}です"),
        CONNECT if can_read is False else ("", ""),
    )
    yield Finding(
        "limits",
        True if api.usage.quota_left else None,
        (f"left: {api.usage.quota_left or 'not told'}", f"残り: {api.usage.quota_left or '不明'}"),
    )
    if api.budget_usd is not None:
        left = api.budget_usd - api.usage.price_usd
        yield Finding(
            "budget",
            left > 0,
            (f"{left:.2f} USD of the month's budget are left", f"今月の予算の残りは {left:.2f} 米ドルです"),
            ("", "")
            if left > 0
            else ("raise monthly_budget_usd in accounts.yml", "accounts.yml の monthly_budget_usd を上げてください"),
        )


def _refused(account: Account, error: SourceError) -> Finding:
    """Tell an app-only token, which X refuses here, from one that is not valid, and both from trouble of X's own."""
    if isinstance(error, TokenRefused) and "app-only" in str(error):
        return Finding(
            "token",
            False,
            (
                f"{account.token_env} is app-only: private metrics can't be read",
                f"{account.token_env} はアプリ専用トークンのため、非公開の指標は読めません",
            ),
            CONNECT,
        )
    holds = False if isinstance(error, TokenRefused | PermissionMissing | QuotaExhausted) else None
    said = (str(error), f"X が {account.token_env} での問い合わせに応じません")
    return Finding("token", holds, said, CONNECT if holds is False else ("", ""))
