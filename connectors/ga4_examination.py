"""What `warehouse doctor` tells of a GA4 property: access, zone, currency, tokens left, key events."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.errors import QuotaExhausted, SourceError, TokenRefused
from connectors.http import Api
from connectors.streams import Account, Finding

TOKENS_WANTED = 1_000


def examine(api: Api, account: Account) -> Iterator[Finding]:
    """Ask yesterday's totals and yield what the answer tells of access, zone, currency, quota and key events."""
    question = {
        "dateRanges": [{"startDate": "7daysAgo", "endDate": "yesterday"}],
        "metrics": [{"name": "sessions"}, {"name": "keyEvents"}],
        "returnPropertyQuota": True,
    }
    try:
        report = api.post(f"/v1beta/properties/{account.account_id}:runReport", question).json
    except SourceError as caught:
        yield _refused(caught, account)
        return
    yield Finding(
        "access",
        True,
        (
            f"The token in {account.token_env} reads property {account.account_id}.",
            f"{account.token_env} のトークンでプロパティ {account.account_id} を読み取れます。",
        ),
    )
    told = report.get("metadata") or {}
    yield _same("zone", told.get("timeZone"), account.zone, ("time zone", "タイムゾーン"))
    yield _same("currency", told.get("currencyCode"), account.currency, ("currency", "通貨"))
    yield _quota(api.usage.quota_left)
    yield _key_events(report)


def _refused(caught: SourceError, account: Account) -> Finding:
    check = {TokenRefused: "token", QuotaExhausted: "quota"}.get(type(caught), "access")
    return Finding(
        check,
        None if check == "quota" else False,
        (f"{caught}.", f"プロパティ {account.account_id} を読み取れません: {caught}"),
        (
            f"Correct {account.token_env} or account_id, or give the account the role Viewer.",
            f"{account.token_env} または account_id を直すか、閲覧者の権限を付けてください。",
        ),
    )


def _same(check: str, told: str | None, ours: str, name: tuple[str, str]) -> Finding:
    return Finding(
        check,
        None if told is None else told == ours,
        (
            f"The property's {name[0]} is {told or 'not told'}, that of accounts.yml {ours}.",
            f"プロパティの{name[1]}は {told or '不明'}、accounts.yml では {ours} です。",
        ),
        ("", "")
        if told in (None, ours)
        else (
            f"Days and money stay the property's; set the same {name[0]} in accounts.yml or in GA4.",
            f"日付と金額はプロパティの設定のままです。accounts.yml か GA4 の{name[1]}をそろえてください。",
        ),
    )


def _quota(left: str | None) -> Finding:
    holds = None if left is None else int(left.split()[0]) >= TOKENS_WANTED
    return Finding(
        "quota",
        holds,
        (f"GA4 has {left or 'not told what is'} left.", f"GA4 の残りトークン: {left or '不明'}。"),
        (
            "Wait an hour or a day, or let other tools ask less.",
            "1時間か1日待つか、他のツールの利用を減らしてください。",
        )
        if holds is False
        else ("", ""),
    )


def _key_events(report: dict) -> Finding:
    rows = report.get("rows") or []
    headers = [header.get("name") for header in report.get("metricHeaders") or []]
    place = headers.index("keyEvents") if "keyEvents" in headers else None
    count = float(rows[0]["metricValues"][place]["value"]) if rows and place is not None else 0.0
    return Finding(
        "key_events",
        True if count else None,
        (f"The last seven days had {count:g} key events.", f"直近7日間のキーイベントは {count:g} 件です。"),
        ("", "")
        if count
        else (
            "Mark the events that matter as key events.",
            "GA4 で重要なイベントをキーイベントに設定してください。",
        ),
    )
