"""X API v2: the user and the posts of the last 30 days, each page as X sends it.

Reference  https://docs.x.com/x-api
Auth       OAuth 2.0 user token of the account itself (tweet.read, users.read), sent as `Authorization: Bearer`;
           private figures are the author's alone
Paging     `meta.next_token`, absent on the last page; 100 posts a page; a page may be empty before the last
Units      counts, to date and not unique; times are ISO 8601 UTC
Billing    by post returned, once a UTC day; fields cost nothing
Zone       UTC
Personal   nothing is asked for; texts are the account's own words
Restates   posts are snapshots; private figures can't be asked for after 30 days, hence the reach of the timeline
Refusals   a private figure that is not to be had is an entry of `errors` in a 200, and the key is absent
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from connectors.errors import RequestRefused, UnreadableAnswer, names_the_token
from connectors.http import Api
from connectors.streams import Account, Page, Source, Stream, Window
from connectors.x_dialect import DIALECT
from connectors.x_tables import POST_REFUSALS, POSTS, USERS

PAGE_SIZE = 100
MOST_PAGES = 40  # a timeline goes back 3,200 posts
REACH = timedelta(days=30)
USER_FIELDS = "id,name,username,public_metrics,created_at"
# The older vocabulary, which the server answers in kind; the newer one leaves out half of what is asked here.
POST_FIELDS = (
    "id,text,note_tweet,created_at,conversation_id,in_reply_to_user_id,referenced_tweets,edit_history_tweet_ids,"
    "entities,attachments,public_metrics,non_public_metrics,organic_metrics,promoted_metrics"
)


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
def posts(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the timeline of the 30 days before the present, a hundred posts a call."""
    start = api.present() - REACH
    cursor: dict[str, str] = {}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        reply = api.get(
            f"/2/users/{account.account_id}/tweets",
            **{
                "max_results": PAGE_SIZE,
                "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}",
                "tweet.fields": POST_FIELDS,
                "expansions": "attachments.media_keys",
                "media.fields": "media_key,type",
            },
            **cursor,
        )
        if "data" not in reply.json and "meta" not in reply.json:
            raise RequestRefused(
                f"X shows no timeline of user {account.account_id}: see that the account is not suspended and"
                " that the token is its own"
            )
        yield reply.page
        token = reply.json.get("meta", {}).get("next_token")
        if not token:
            return
        if token in seen:
            break
        seen.add(token)
        cursor = {"pagination_token": token}
    raise UnreadableAnswer("X gave the same page twice instead of the next: run again later")


SOURCE = Source(
    name="x",
    base_url_env="X_BASE_URL",
    default_base_url="https://api.x.com",
    accounts_at_once=24,  # its limits are each account's own
    streams=(
        Stream("user", "snapshot", user, (USERS,)),
        Stream("posts", "snapshot", posts, (POSTS, POST_REFUSALS)),
    ),
    open=lambda base_url, token: Api(DIALECT, base_url, token),
)
