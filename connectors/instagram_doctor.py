"""What `warehouse doctor` finds out about an Instagram account: its kind, its Page, its token and permissions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from connectors import instagram_host as graph
from connectors.dialect import Reply
from connectors.errors import PermissionMissing, RequestRefused, SourceError, TokenRefused
from connectors.http import Api
from connectors.instagram_offers import hashtags, limits, metrics
from connectors.streams import Account, Finding

EXPIRES_SOON = timedelta(days=10)
SCOPES = ("instagram_basic", "instagram_manage_insights", "pages_read_engagement")
INSTAGRAM_LOGIN_SCOPES = ("instagram_business_basic", "instagram_business_manage_insights")
PAGE_FIELDS = "id,name,instagram_business_account{id}"
MOST_PAGES_OF_PAGES = 20
LINK = (
    "Link the Page to the account in the Page's settings; if the Page belongs to a business, connect again with"
    " business_management: without it the list is empty.",
    "ページ設定でアカウントをリンクしてください。ビジネス所有のページは business_management 権限で再接続してください"
    "(権限がないと一覧が空になります)。",
)
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
    refused, profile = None, None
    try:
        profile = graph.ask(api, account.account_id, fields="id,username,followers_count,media_count")
    except SourceError as error:
        refused = error
    if profile is None:
        yield _refused(refused, reconnect)
        return
    yield _professional(profile)
    yield _version(api, profile)
    yield from _token(api, reconnect)
    if graph.has_facebook_login(api):
        yield _page_link(api, account)
    yield limits(profile)
    yield metrics(api, account)
    if account.hashtags and graph.has_facebook_login(api):
        yield hashtags(api, account)


def _refused(error: SourceError, reconnect: tuple[str, str]) -> Finding:
    """Tell a token that is no good from an account that can't be read, and both from trouble of Instagram's own."""
    said = (f"{error}.", f"アカウントを読めません: {error}。")
    if isinstance(error, TokenRefused):
        return Finding("token", False, said, reconnect)
    if isinstance(error, RequestRefused | PermissionMissing):
        return Finding("professional_account", False, said, SWITCH)
    return Finding("professional_account", None, said)


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
    asked, served = graph.version(api), graph.served_version(profile)
    if served is None:
        return Finding("version", None, (f"{asked} is asked, the answer names none.", f"{asked} を要求しました。"))
    said = (f"{asked} is asked and {served} answers.", f"{asked} を要求し、{served} が応答しました。")
    remedy = ("End INSTAGRAM_BASE_URL with the version that answers.", "INSTAGRAM_BASE_URL の版を合わせてください。")
    return Finding("version", asked == served, said, ("", "") if asked == served else remedy)


def _token(api: Api, reconnect: tuple[str, str]) -> Iterator[Finding]:
    """Tell until when the token lives and what it may: the one question that takes the token as a parameter."""
    refused, told = None, {}
    try:
        told = graph.ask(api, "debug_token", input_token=api.token).part("data")
    except SourceError as error:
        refused = error
    if refused or not told:
        why = refused or "the answer is empty"
        yield Finding(
            "token", None, (f"When the token expires can't be told: {why}.", "トークンの期限は確認できません。")
        )
        return
    if told.get("is_valid") is False:
        error = told.get("error")
        why = error.get("message") if isinstance(error, dict) else "no reason told"
        yield Finding("token", False, (f"It is not valid: {why}.", f"トークンは無効です: {why}。"), reconnect)
        return
    for name, check in (("expires_at", "token"), ("data_access_expires_at", "data_access")):
        yield _until(check, told.get(name), api.present(), reconnect)
    wanted = SCOPES if graph.has_facebook_login(api) else INSTAGRAM_LOGIN_SCOPES
    missing = ", ".join(scope for scope in wanted if scope not in (told.get("scopes") or ()))
    said = (f"Permissions missing: {missing or 'none'}.", f"不足している権限: {missing or 'なし'}。")
    yield Finding("scopes", not missing, said, reconnect if missing else ("", ""))


def _until(check: str, ends_at: object, now: datetime, reconnect: tuple[str, str]) -> Finding:
    if not str(ends_at).isdecimal():
        return Finding(check, None, ("When it expires is not told.", "期限の情報がありません。"))
    if not int(str(ends_at)):
        return Finding(check, True, ("It does not expire.", "期限はありません。"))
    at = datetime.fromtimestamp(int(str(ends_at)), UTC)
    is_good = at - now > EXPIRES_SOON
    said = (f"It is valid until {at:%Y-%m-%d}.", f"{at:%Y-%m-%d} まで有効です。")
    return Finding(check, is_good, said, ("", "") if is_good else reconnect)


def _page_link(api: Api, account: Account) -> Finding:
    """Look for the Page that the account is linked to among those that the token may manage."""
    cursor: dict[str, str] = {}
    count = 0
    for _ in range(MOST_PAGES_OF_PAGES):
        (answer,) = graph.ask_each(api, [("me/accounts", {"fields": PAGE_FIELDS, "limit": "100", **cursor})])
        if not isinstance(answer, Reply):
            said = ("The token is no user's, so its Pages can't be listed.", "ページの一覧は確認できません。")
            return Finding("page_link", None, said)
        pages = graph.listed(answer)
        for page in pages:
            if str((page.get("instagram_business_account") or {}).get("id")) == account.account_id:
                name = page.get("name", page.get("id"))
                return Finding("page_link", True, (f"It is linked to the Page {name}.", f"{name} とリンク済みです。"))
        count += len(pages)
        after = graph.cursor_after(answer)
        if "next" not in answer.part("paging") or not after:
            break
        cursor = {"after": after}
    said = (
        f"None of the {count} Pages of this token is linked to it.",
        f"このトークンの {count} ページのいずれともリンクされていません。",
    )
    return Finding("page_link", False, said, LINK)
