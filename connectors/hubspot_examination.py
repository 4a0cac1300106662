"""What `warehouse doctor` tells of a HubSpot portal: the scopes of the key, its portal, calls left."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.errors import PermissionMissing, SourceError, TokenRefused
from connectors.http import Api
from connectors.hubspot_dialect import SCOPES
from connectors.hubspot_paths import of_crm, of_details
from connectors.streams import Account, Finding

FEWEST_CALLS = 1_000
NEEDED, OPTIONAL = ("contacts", "deals"), ("feedback_submissions", "tickets")


def examine(api: Api, account: Account) -> Iterator[Finding]:
    """Ask one object of each kind, the portal's own details, and yield what each answer tells."""
    for kind in (*NEEDED, *OPTIONAL):
        finding = _scope(api, account, kind)
        yield finding
        if finding.check == "token":
            return
    yield from _portal(api, account)
    left = api.usage.quota_left
    holds = None if left is None else int(left.split()[0]) >= FEWEST_CALLS
    yield Finding(
        "quota",
        holds,
        (f"HubSpot has {left or 'not told how many calls are'} left.", f"HubSpot の残りの呼び出し: {left or '不明'}。"),
        ("Wait until midnight in the portal's zone.", "ポータルの時間帯で日付が変わるまで待ってください。")
        if holds is False
        else ("", ""),
    )


def _scope(api: Api, account: Account, kind: str) -> Finding:
    scope = SCOPES[kind]
    try:
        api.get(of_crm(api, "objects", kind), limit=1, properties="hs_object_id")
    except TokenRefused as caught:
        return _refused("token", caught, f"Put a valid service key in {account.token_env}.", account.token_env)
    except PermissionMissing as caught:
        if kind in OPTIONAL:
            said = (
                f"The key does not read {kind}: they are left out.",
                f"キーで {kind} を読み取れないため、取り込みません。",
            )
            remedy = (
                f"Give the key the scope {scope} if the portal has them.",
                f"利用している場合は {scope} を付けてください。",
            )
            return Finding(scope, None, said, remedy)
        return _refused(scope, caught, f"Give the key the scope {scope}.", scope)
    except SourceError as caught:
        said = (f"{caught}.", f"{kind} を確認できません: {caught}")
        return Finding(scope, None, said, ("Run doctor again later.", "しばらくしてから再実行してください。"))
    return Finding(scope, True, (f"The key reads {kind}.", f"キーで {kind} を読み取れます。"))


def _refused(check: str, caught: SourceError, remedy: str, needed: str) -> Finding:
    said = (f"{caught}.", f"HubSpot に拒否されました: {caught}")
    return Finding(check, False, said, (remedy, f"{needed} を確認し、設定し直してください。"))


def _portal(api: Api, account: Account) -> Iterator[Finding]:
    try:
        told = api.get(of_details(api)).json
    except SourceError:
        # Needs no scope of its own on most keys, but some refuse it: then nothing can be told of the portal.
        told = {}
    comparisons = (
        ("portal", "portalId", account.account_id, "ポータル"),
        ("currency", "companyCurrency", account.currency, "通貨"),
    )
    for check, field, ours, name in comparisons:
        found = str(told[field]) if told.get(field) is not None else None
        yield Finding(
            check,
            None if found is None else found == ours,
            (
                f"The {check} of the key is {found or 'not told'}, that of accounts.yml {ours}.",
                f"キーの{name}は {found or '不明'}、accounts.yml では {ours} です。",
            ),
            ("", "")
            if found in (None, ours)
            else (f"Correct the {check} in accounts.yml or the key.", f"accounts.yml の{name}かキーを直してください。"),
        )
