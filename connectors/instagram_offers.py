"""What `warehouse doctor` finds that an Instagram account is offered: metrics, calls, hashtags, stories that live."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from connectors import instagram_host as graph
from connectors.dialect import Reply
from connectors.errors import PermissionMissing, RequestRefused, SourceError
from connectors.http import Api
from connectors.instagram_account import PACIFIC, account_insights
from connectors.instagram_public import HASHTAGS_A_WEEK, used_hashtags, within_allowance
from connectors.streams import Account, Finding, Landed, Window

STORY_LIVES = timedelta(hours=24)
SCHEDULE = (
    "Turn on stories_schedule in Dagster, which captures them every few hours.",
    "Dagster の stories_schedule を有効にしてください(数時間ごとに取得します)。",
)


def metrics(api: Api, account: Account) -> Finding:
    """Ask for the last Pacific day that is over, and name the metrics that the account is refused."""
    day = (api.present().astimezone(PACIFIC) - timedelta(days=1)).date()
    refused = None
    try:
        for _ in account_insights(api, account, Window(day)):
            pass
    except SourceError as error:
        refused = error
    if refused:
        holds = False if isinstance(refused, PermissionMissing | RequestRefused) else None
        return Finding("metrics", holds, (f"{refused}.", f"インサイトを読めません: {refused}。"))
    lacking = ", ".join(
        name if not breakdown else f"{name} by {breakdown}" for name, breakdown in api.memory["refused account metrics"]
    )
    said = (f"Metrics refused: {lacking or 'none'}.", f"拒否された指標: {lacking or 'なし'}。")
    return Finding("metrics", True if not lacking else None, said)


def story_clock(api: Api, account: Account, landed: Landed) -> Iterator[Finding]:
    """Tell the stories that live, when the first of them ends, and whether one may have ended unseen."""
    refused, live = None, []
    try:
        live = graph.listed(graph.ask(api, f"{account.account_id}/stories", fields="id,timestamp"))
    except SourceError as error:
        refused = error
    if refused:
        yield Finding("stories", None, (f"{refused}.", f"ストーリーズを読めません: {refused}。"))
        return
    now = api.present()
    captures = sorted({at for at, _ in landed("stories") if at <= now})
    last = f"{captures[-1]:%Y-%m-%d %H:%M} UTC" if captures else "never"
    ends = [at + STORY_LIVES for at in map(_published, live) if at]
    first = f", the first ends {min(ends):%Y-%m-%d %H:%M} UTC" if ends else ""
    is_seen = bool(captures) and now - captures[-1] < STORY_LIVES
    said = (
        f"{len(live)} stories live{first}; last captured: {last}.",
        f"公開中のストーリーズ {len(live)} 件{first}、最終取得: {last}。",
    )
    yield Finding("stories", is_seen or not live, said, ("", "") if is_seen or not live else SCHEDULE)
    for before, after in pairwise([*captures, now]):
        if after - before > STORY_LIVES:
            yield _unseen(before, after)


def _unseen(before: datetime, after: datetime) -> Finding:
    span = f"{before:%Y-%m-%d %H:%M} – {after:%Y-%m-%d %H:%M} UTC"
    said = (f"Stories may have expired unseen: {span}.", f"取得されずに終了したストーリーズの可能性: {span}。")
    return Finding("expired_unseen", None, said, SCHEDULE)


def _published(story: dict) -> datetime | None:
    try:
        return datetime.fromisoformat(str(story.get("timestamp", ""))).astimezone(UTC)
    except ValueError:
        return None


def limits(profile: Reply) -> Finding:
    """Tell the share of the calls that is left, by its scarcest part."""
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


def hashtags(api: Api, account: Account) -> Finding:
    """Tell how many of the week's hashtags are used, and which of the declared ones are not searched."""
    used = used_hashtags(api, account)
    left_out = [name for name in account.hashtags if name not in within_allowance(account.hashtags, used)]
    said = (
        f"{len(set(used))} of {HASHTAGS_A_WEEK} hashtags of this week are used; not searched: "
        f"{', '.join(left_out) or 'none'}.",
        f"今週のハッシュタグ枠は {len(set(used))}/{HASHTAGS_A_WEEK}、検索しないもの: {', '.join(left_out) or 'なし'}。",
    )
    remedy = ("Declare fewer hashtags, or wait a week.", "ハッシュタグを減らすか、一週間お待ちください。")
    return Finding("hashtags", not left_out, said, remedy if left_out else ("", ""))
