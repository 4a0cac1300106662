"""What `warehouse doctor` tells of an X account: token and context, limits left, what the month may still cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from connectors.errors import PermissionMissing, QuotaExhausted, SourceError, TokenRefused
from connectors.http import Api
from connectors.streams import Account, Finding, Landed
from connectors.x_refresh import Memory

CONNECT = (
    "connect the account again with tweet.read, users.read and offline.access, and put its token there",
    "tweet.read・users.read・offline.access の権限でアカウントを接続し直し、そのトークンを設定してください",
)
RUN = (
    "run `warehouse run` every day: it reads each post on its last two days",
    "`warehouse run` を毎日実行してください。終了前の2日間に各投稿を読みます",
)


def examine(api: Api, account: Account) -> Iterator[Finding]:
    """Yield what holds for the account: two calls, at the price of one user."""
    refused: SourceError | None = None
    try:
        reply = api.get("/2/users/me", **{"user.fields": "id,username,protected"})
    except SourceError as error:
        refused = error
    if refused is not None:
        yield _refused(account, refused)
        return
    found = reply.part("data")
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
    yield _scopes(api, account, reply.headers.get("x-access-level"))
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


def _scopes(api: Api, account: Account, level: str | None) -> Finding:
    """Try what each scope is for, since X names none: the user was read, of posts an empty span is asked."""
    lacking, tried = None, True
    start = f"{api.present() - timedelta(seconds=30):%Y-%m-%dT%H:%M:%SZ}"
    try:
        api.get(f"/2/users/{account.account_id}/tweets", max_results=5, start_time=start)
    except PermissionMissing:
        lacking = "tweet.read"
    except SourceError:
        tried = False
    renews = "offline.access renews it" if account.refresh_token_env else "nothing renews it"
    if lacking:
        said = (f"users.read is granted, {lacking} is not", f"users.read はありますが、{lacking} がありません")
        return Finding("scopes", False, said, CONNECT)
    granted = "users.read, tweet.read" if tried else "users.read"
    said = (
        f"granted: {granted}; {renews}; the access level is {level or 'not told'}",
        f"許可: {granted}、更新: {'あり' if account.refresh_token_env else 'なし'}、アクセス権: {level or '不明'}",
    )
    return Finding("scopes", True if tried else None, said)


def private_clock(api: Api, account: Account, landed: Landed) -> Iterator[Finding]:  # noqa: ARG001
    """Name the posts whose private metrics end soon, or ended before they were read, by the pages landed so far."""
    now = api.present()
    memory = Memory.of(landed("posts"), now)
    ending, unseen = memory.ending(memory.due(now, now), now), memory.expired_unseen(now)
    said = (
        f"private metrics end within two days of post(s) {', '.join(ending) or 'none'}",
        f"2日以内に非公開の指標が読めなくなる投稿: {', '.join(ending) or 'なし'}",
    )
    yield Finding("private_clock", None if ending else True, said, RUN if ending else ("", ""))
    if unseen:
        said = (
            f"private metrics expired unseen of post(s) {', '.join(unseen)}",
            f"非公開の指標を最後に読めなかった投稿: {', '.join(unseen)}",
        )
        yield Finding("expired_unseen", None, said, RUN)


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
