"""What `warehouse doctor` finds out about an Instagram account: its kind, token, permissions, limits, hashtags."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from connectors import instagram_host as graph
from connectors.dialect import Reply
from connectors.errors import SourceError
from connectors.http import Api
from connectors.instagram_public import HASHTAGS_A_WEEK, used_hashtags, within_allowance
from connectors.streams import Account, Finding

EXPIRES_SOON = timedelta(days=10)
SCOPES = ("instagram_basic", "instagram_manage_insights", "pages_read_engagement")
INSTAGRAM_LOGIN_SCOPES = ("instagram_business_basic", "instagram_business_manage_insights")
SWITCH = (
    "On the phone open Settings, Account type and tools, Switch to professional account; link a Facebook Page to it,"
    " then connect it again.",
    "アプリの「設定」→「アカウントの種類とツール」→「プロアカウントに切り替える」を選び、Facebookページとリンクして"
    "から再接続してください。",
)
RECONNECT = (
    "Connect the account again and put the new token in {}.",
    "アカウントを再接続し、新しいトークンを {} に設定してください。",
)


def examine(api: Api, account: Account) -> Iterator[Finding]:
    """Yield what is found, the account itself first: without it nothing else can be told."""
    reconnect = tuple(words.format(account.token_env) for words in RECONNECT)
    try:
        profile = graph.ask(api, account.account_id, fields="id,username,followers_count,media_count")
    except SourceError as error:
        yield Finding("professional_account", False, (f"{error}.", f"アカウントを読めません: {error}。"), SWITCH)
        return
    yield _professional(profile)
    yield _version(api, profile)
    yield from _token(api, reconnect)
    yield _limits(profile)
    if account.hashtags and graph.has_facebook_login(api):
        yield _hashtags(api, account)


def _professional(profile: Reply) -> Finding:
    followers = profile.json.get("followers_count")
    if followers is None:
        said = ("The account is not a professional one.", "プロアカウントではありません。")
        return Finding("professional_account", False, said, SWITCH)
    said = (
        f"The account is a professional one with {followers} followers.",
        f"プロアカウントです(フォロワー {followers} 人)。",
    )
    return Finding("professional_account", True, said)


def _version(api: Api, profile: Reply) -> Finding:
    asked, served = graph.version(api), profile.headers.get("facebook-api-version")
    if served is None:
        return Finding("version", None, (f"{asked} is asked, the answer names none.", f"{asked} を要求しました。"))
    said = (f"{asked} is asked and {served} answers.", f"{asked} を要求し、{served} が応答しました。")
    remedy = ("End INSTAGRAM_BASE_URL with the version that answers.", "INSTAGRAM_BASE_URL の版を合わせてください。")
    return Finding("version", asked == served, said, ("", "") if asked == served else remedy)


def _token(api: Api, reconnect: tuple[str, str]) -> Iterator[Finding]:
    """Tell until when the token lives and what it may: the one question that takes the token as a parameter."""
    try:
        told = graph.ask(api, "debug_token", input_token=api.token).json.get("data") or {}
    except SourceError as error:
        said = (f"When the token expires can't be told: {error}.", "トークンの期限は確認できません。")
        yield Finding("token", None, said)
        return
    for name, words in (("expires_at", "token"), ("data_access_expires_at", "data_access")):
        until = int(told.get(name) or 0)
        if not until:
            yield Finding(words, True, ("It does not expire.", "期限はありません。"))
            continue
        at = datetime.fromtimestamp(until, UTC)
        is_good = at - api.present() > EXPIRES_SOON
        said = (f"It is valid until {at:%Y-%m-%d}.", f"{at:%Y-%m-%d} まで有効です。")
        yield Finding(words, is_good, said, ("", "") if is_good else reconnect)
    wanted = SCOPES if graph.has_facebook_login(api) else INSTAGRAM_LOGIN_SCOPES
    missing = ", ".join(scope for scope in wanted if scope not in (told.get("scopes") or ()))
    said = (f"Permissions missing: {missing or 'none'}.", f"不足している権限: {missing or 'なし'}。")
    yield Finding("scopes", not missing, said, reconnect if missing else ("", ""))


def _limits(profile: Reply) -> Finding:
    used = []
    for header in ("X-App-Usage", "X-Business-Use-Case-Usage"):
        try:
            used += _percentages(json.loads(profile.headers.get(header, "{}")))
        except ValueError:
            continue
    if not used:
        return Finding("limits", None, ("The answer tells no limits.", "利用上限の情報がありません。"))
    left = max(0, 100 - max(used))
    remedy = ("Run again when the rolling window has passed.", "時間を置いて再実行してください。")
    said = (f"{left:g} % of the calls are left.", f"呼び出し枠の残りは {left:g} % です。")
    return Finding("limits", left > 10, said, ("", "") if left > 10 else remedy)


def _percentages(value: object) -> list[float]:
    if isinstance(value, list):
        return [number for item in value for number in _percentages(item)]
    if not isinstance(value, dict):
        return []
    own = [value[name] for name in ("call_count", "total_time", "total_cputime") if name in value]
    below = [number for item in value.values() if isinstance(item, dict | list) for number in _percentages(item)]
    return [number for number in own if isinstance(number, int | float)] + below


def _hashtags(api: Api, account: Account) -> Finding:
    used = used_hashtags(api, account)
    left_out = [name for name in account.hashtags if name not in within_allowance(account.hashtags, used)]
    said = (
        f"{len(set(used))} of {HASHTAGS_A_WEEK} hashtags of this week are used; not searched: "
        f"{', '.join(left_out) or 'none'}.",
        f"今週のハッシュタグ枠は {len(set(used))}/{HASHTAGS_A_WEEK}、検索しないもの: {', '.join(left_out) or 'なし'}。",
    )
    remedy = ("Declare fewer hashtags, or wait a week.", "ハッシュタグを減らすか、一週間お待ちください。")
    return Finding("hashtags", not left_out, said, remedy if left_out else ("", ""))
