"""X API v2: the user, the posts of the last 30 days, who mentions the account, each page as X sends it.

Reference  https://docs.x.com/x-api
Auth       OAuth 2.0 user token of the account itself (tweet.read, users.read), sent as `Authorization: Bearer`;
           private figures are the author's alone
Paging     `meta.next_token`, absent on the last page; 100 posts a page; a page may be empty before the last
Units      counts, to date and not unique; times are ISO 8601 UTC
Billing    by resource returned, once a UTC day, at the prices of `x_prices`; fields cost nothing
Zone       UTC
Personal   texts are the account's own words; of mentions the author is hashed and the text dropped
Restates   posts are snapshots; fresh ones are read daily, older ones at the ages of `x_refresh`, till the
           30th day, when private figures end
Refusals   a private figure that is not to be had is an entry of `errors` in a 200, and the key is absent
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.errors import (
    EndlessPages,
    PermissionMissing,
    RequestRefused,
    SourceError,
    TokenRefused,
    names_the_token,
)
from connectors.http import Api
from connectors.streams import Account, Page, Source, Stream, Window
from connectors.x_dialect import DIALECT
from connectors.x_examination import examine, private_clock
from connectors.x_posts import ids_of, in_its_words, is_empty, next_token, post_pages
from connectors.x_refresh import FRESH, REACH, Memory
from connectors.x_renewal import renew
from connectors.x_tables import MENTION_COUNTS, MENTIONS, OF_OTHERS, POST_REFUSALS, POST_VALUES, POSTS, USERS

log = logging.getLogger("warehouse")
PAGE_SIZE = 100
MOST_PAGES = 40  # a timeline goes back 3,200 posts
ENDLESS = "X pages on without end: run again later"
MENTIONS_REACH = timedelta(days=7)
USER_FIELDS = "id,name,username,public_metrics,created_at,protected,withheld"
MENTION_OLDER = {"tweet.fields": "id,created_at,author_id,entities,referenced_tweets"}
MENTION_NEWER = {"post.fields": "id,created_at,entities", "expansions": "author_id,referenced_posts"}


@names_the_token
def user(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the account as it is now: one call."""
    reply = api.get(f"/2/users/{account.account_id}", **{"user.fields": USER_FIELDS})
    if "data" not in reply.json:
        raise RequestRefused(
            f"X knows no user {account.account_id}: see that account_id in accounts.yml is the id of"
            f" @{account.handle}, not the handle"
        )
    yield reply.page


@names_the_token
def posts(api: Api, account: Account, window: Window) -> Iterator[Page]:
    """Yield the posts of the last days from the timeline, and by id the older ones that are due to be read again.

    A second reading on the same day yields again what was landed that day, and asks only for what it lacks.
    """
    now = api.present()
    memory = Memory.of(window.landed(), now)
    yield from memory.pages_of_today
    start = now - REACH
    if memory.whole_at:
        start = max(start, min(now - FRESH, memory.whole_at))
    path = f"/2/users/{account.account_id}/tweets"
    shown: set[str] = set()
    for page in _paged(api, path, _first_cursor(path, memory, start), account):
        shown |= ids_of(page)
        # Nothing new since the page of today that has the end: a page more would tell nothing.
        if not (memory.is_whole_today and is_empty(page)):
            yield page
    due = [post_id for post_id in memory.due(now, start) if post_id not in shown]
    for first in range(0, len(due), PAGE_SIZE):
        try:
            yield from post_pages(api, "/2/tweets", ids=",".join(due[first : first + PAGE_SIZE]))
        except SourceError:
            ending = memory.ending(due[first:], now)
            if ending:
                log.warning(
                    "x account %s: private metrics end within two days and were not read of post(s) %s",
                    account.account_id,
                    ", ".join(ending),
                )
            raise


def _first_cursor(path: str, memory: Memory, start: datetime) -> dict[str, str]:
    """Return where the timeline is taken up: at its beginning, where today's reading broke off, or at what is new."""
    of_today = [page for page in memory.pages_of_today if page.asked.startswith(path)]
    if of_today:
        following = next_token(of_today[-1])
        newest = max((ids for page in of_today for ids in ids_of(page)), key=int, default=None)
        if following:
            return {"start_time": _instant(start), "pagination_token": following}
        if newest:
            return {"since_id": newest}
    return {"start_time": _instant(start)}


def _paged(api: Api, path: str, cursor: dict[str, str], account: Account) -> Iterator[Page]:
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        page = None
        for page in post_pages(api, path, max_results=PAGE_SIZE, **cursor):
            yield page
        body = json.loads(page.body)
        if body.get("errors") and "data" not in body and "meta" not in body:
            raise RequestRefused(
                f"X shows no timeline of user {account.account_id}: see that the account is not suspended and"
                " that the token is its own"
            )
        token = next_token(page)
        if not token:
            return
        cursor = _onward(cursor, token, seen)
    raise EndlessPages(ENDLESS)


def _onward(cursor: dict[str, str], token: str, seen: set[str]) -> dict[str, str]:
    if token in seen:
        raise EndlessPages("X gave the same page twice instead of the next: run again later")
    seen.add(token)
    return {**cursor, "pagination_token": token}


@names_the_token
def mentions(api: Api, account: Account, window: Window) -> Iterator[Page]:
    """Yield who mentioned the account since the last capture, a week at most; authors are hashed, texts dropped."""
    now = api.present()
    # A capture that broke off lacks its last page, the one without a token of the next.
    earlier = [at for at, page in window.landed() if at.date() < now.date() and not next_token(page)]
    start = max([now - MENTIONS_REACH, *earlier])
    cursor = {"start_time": _instant(start)}
    path, seen = f"/2/users/{account.account_id}/mentions", set()
    for _ in range(MOST_PAGES):
        page = in_its_words(api, path, MENTION_OLDER, MENTION_NEWER, max_results=PAGE_SIZE, **cursor).page
        yield page
        token = next_token(page)
        if not token:
            return
        cursor = _onward(cursor, token, seen)
    raise EndlessPages(ENDLESS)


@names_the_token
def counts(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield how often the account was named on each of the last seven days: one call, an estimate of X's own."""
    if not account.handle:
        return
    refused = None
    try:
        reply = api.get("/2/tweets/counts/recent", query=f"@{account.handle}", granularity="day")
    except (TokenRefused, PermissionMissing) as error:
        refused = error
    if refused is None:
        yield reply.page
    elif refused.page:
        # Some projects may count with an app-only token alone: that is an answer too, and says so.
        yield refused.page
    else:
        raise refused


def _instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


SOURCE = Source(
    name="x",
    base_url_env="X_BASE_URL",
    default_base_url="https://api.x.com",
    accounts_at_once=32,  # its limits are each account's own
    streams=(
        Stream("user", "snapshot", user, (USERS,)),
        Stream("posts", "snapshot", posts, (POSTS, POST_REFUSALS), looks_back_days=31, values=POST_VALUES),
        Stream("mentions", "snapshot", mentions, (MENTIONS,), looks_back_days=8, personal=OF_OTHERS),
        Stream("counts", "snapshot", counts, (MENTION_COUNTS,)),
    ),
    open=lambda base_url, token: Api(DIALECT, base_url, token),
    examine=examine,
    clocks=private_clock,
    renew=renew,
)
