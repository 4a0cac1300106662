"""What is public: competitors, posts under a hashtag, posts that tag the account. Page login only.

Only counts are asked of strangers; the name of who tagged the account is replaced by its keyed hash. An account that
may not read these gets its refusals landed, since the rest of the run does not depend on them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from connectors import instagram_host as graph
from connectors.errors import names_the_token
from connectors.http import Api
from connectors.streams import Account, Page, Window

log = logging.getLogger("warehouse")
RECENT_MEDIA = "media.limit(50){id,media_type,media_product_type,timestamp,like_count,comments_count,view_count}"
PROFILE = f"username,followers_count,follows_count,media_count,{RECENT_MEDIA}"
HASHTAG_FIELDS = "id,media_type,timestamp,like_count,comments_count"
TAG_FIELDS = "id,username,media_type,media_product_type,timestamp,like_count,comments_count"
PAGE_SIZE, MOST_PAGES = 50, 20
HASHTAGS_A_WEEK = 30  # unique ones, by account; the same one again is free


@names_the_token
def competitors(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield each declared competitor's public profile and latest 50 media, fifty competitors a call."""
    if graph.has_facebook_login(api):
        fields = [f"business_discovery.username({handle}){{{PROFILE}}}" for handle in account.competitors]
        for outcome in graph.ask_each(api, [(account.account_id, {"fields": one}) for one in fields]):
            yield outcome.page


@names_the_token
def hashtag_media(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the media of the last 24 hours under each declared hashtag that is within the 30 of a week."""
    if not account.hashtags or not graph.has_facebook_login(api):
        return
    searched = within_allowance(account.hashtags, used_hashtags(api, account))
    left_out = [name for name in account.hashtags if name not in searched]
    if left_out:
        log.warning(
            "instagram account %s: hashtags not searched, the %d of this week are used: %s",
            account.account_id,
            HASHTAGS_A_WEEK,
            ", ".join(left_out),
        )
    for name in searched:
        (found,) = graph.ask_each(api, [("ig_hashtag_search", {"user_id": account.account_id, "q": name})])
        yield found.page
        for tag in graph.listed(found):
            params = {"user_id": account.account_id, "fields": HASHTAG_FIELDS}
            yield from _pages(api, f"{tag['id']}/recent_media", params)


@names_the_token
def tagged_media(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the media of others in which the account is tagged."""
    if graph.has_facebook_login(api):
        yield from _pages(api, f"{account.account_id}/tags", {"fields": TAG_FIELDS})


def used_hashtags(api: Api, account: Account) -> list[str]:
    """Return the hashtags that this account searched within the last seven days."""
    path, params = f"{account.account_id}/recently_searched_hashtags", {"fields": "id,name", "limit": "30"}
    (answer,) = graph.ask_each(api, [(path, params)])
    return [str(tag.get("name", tag["id"])).lower() for tag in graph.listed(answer)]


def within_allowance(declared: tuple[str, ...], used: list[str]) -> list[str]:
    """Return the hashtags that can be searched now: those searched before are free, new ones fill what is left."""
    room = max(0, HASHTAGS_A_WEEK - len(set(used)))
    new = [name for name in declared if name.lower() not in used][:room]
    return [name for name in declared if name.lower() in used or name in new]


def _pages(api: Api, path: str, params: dict[str, str]) -> Iterator[Page]:
    """Yield the pages of a list of strangers' media until it ends or brings nothing new.

    The cursor of a hashtag is the same on every page, so that only the media tell where the end is.
    """
    cursor: dict[str, str] = {}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        (answer,) = graph.ask_each(api, [(path, {**params, "limit": str(PAGE_SIZE), **cursor})])
        yield answer.page
        ids = {str(one["id"]) for one in graph.listed(answer)}
        after = graph.cursor_after(answer) if ids - seen else None
        if not after:
            return
        seen |= ids
        cursor = {"after": after}
