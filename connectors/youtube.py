"""YouTube Data API v3: statistics of a channel and of its videos, each page as Google sends it.

Reference  https://developers.google.com/youtube/v3/docs
Auth       OAuth access token with youtube.readonly, sent as `Authorization: Bearer`; it lives an hour, so accounts.yml
           names the refresh token and the client that renew it (youtube_renewal)
Paging     playlistItems: `nextPageToken`, 50 videos a page; videos: 50 ids a call
Quota      10,000 units a day and project, each of these calls is one; no answer tells what is left
Units      counts, to date, as text; a like or comment count that the owner hides is absent, subscribers are rounded
Zone       times are ISO 8601 UTC
Personal   nothing is asked for
Restates   counters of the present alone: a snapshot, filed under the day of its capture
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.errors import RequestRefused, SourceError, TokenRefused, UnreadableAnswer, names_the_token
from connectors.http import Api
from connectors.streams import Account, Finding, Page, Source, Stream, Window
from connectors.youtube_dialect import DIALECT
from connectors.youtube_renewal import renew
from connectors.youtube_tables import CHANNELS, VIDEOS

PATH = "/youtube/v3"
PAGE_SIZE = 50


@names_the_token
def channel(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the channel with its counters."""
    reply = api.get(f"{PATH}/channels", part="snippet,statistics,contentDetails", id=account.account_id)
    items = reply.json.get("items") or []
    if not items:
        raise UnreadableAnswer(f"YouTube knows no channel {account.account_id}: see that account_id is its id, UC…")
    api.memory["uploads"] = ((items[0].get("contentDetails") or {}).get("relatedPlaylists") or {}).get("uploads")
    yield reply.page


@names_the_token
def videos(api: Api, account: Account, window: Window) -> Iterator[Page]:
    """Yield the videos of the channel with their counters, newest first."""
    if "uploads" not in api.memory:
        list(channel(api, account, window))
    for ids in _uploaded(api, api.memory["uploads"]):
        yield api.get(f"{PATH}/videos", part="snippet,statistics,contentDetails", id=",".join(ids)).page


def _uploaded(api: Api, playlist: str | None) -> Iterator[list[str]]:
    """Yield the ids of uploaded videos page by page; a channel without uploads has no such list."""
    seen: set[str] = set()
    following: dict[str, str] = {}
    while playlist:
        try:
            reply = api.get(
                f"{PATH}/playlistItems", part="contentDetails", playlistId=playlist, maxResults=PAGE_SIZE, **following
            )
        except RequestRefused as refused:
            # Of a channel that never uploaded the list is named, and not there.
            if refused.page and b"playlistNotFound" in refused.page.body:
                return
            raise
        ids = [video_id for video_id in map(_video_id, reply.json.get("items") or []) if video_id]
        if ids:
            yield ids
        token = reply.json.get("nextPageToken")
        if token is None:
            return
        if token in seen:
            raise UnreadableAnswer("YouTube gave the same page twice instead of the next: run again later")
        seen.add(token)
        following = {"pageToken": token}


def _video_id(item: dict[str, Any]) -> str | None:
    told = item.get("contentDetails") or (item.get("snippet") or {}).get("resourceId") or {}
    return told.get("videoId")


def examine(api: Api, account: Account) -> Iterator[Finding]:
    """Ask the channel and yield whether the token reads it and whether subscribers are told."""
    try:
        (page,) = (api.get(f"{PATH}/channels", part="statistics", id=account.account_id),)
    except SourceError as caught:
        check = "token" if isinstance(caught, TokenRefused) else "access"
        remedy = (f"Renew what {account.token_env} holds.", f"{account.token_env} のトークンを更新してください。")
        yield Finding(check, False, (f"{caught}.", f"YouTube に拒否されました: {caught}"), remedy)
        return
    items = page.json.get("items") or []
    is_hidden = bool(items and (items[0].get("statistics") or {}).get("hiddenSubscriberCount"))
    yield Finding(
        "channel",
        bool(items),
        (
            f"YouTube {'shows' if items else 'knows no'} channel {account.account_id}"
            f"{', which hides its subscribers' if is_hidden else ''}.",
            f"チャンネル {account.account_id} は{'読み取れます' if items else '見つかりません'}"
            f"{'（登録者数は非公開）' if is_hidden else ''}。",
        ),
        ("", "") if items else ("Correct account_id in accounts.yml.", "accounts.yml の account_id を直してください。"),
    )


SOURCE = Source(
    name="youtube",
    base_url_env="YOUTUBE_BASE_URL",
    default_base_url="https://www.googleapis.com",
    accounts_at_once=8,
    streams=(
        Stream("channel", "snapshot", channel, (CHANNELS,)),
        Stream("videos", "snapshot", videos, (VIDEOS,)),
    ),
    open=lambda base_url, token: Api(DIALECT, base_url, token),
    examine=examine,
    renew=renew,
)
