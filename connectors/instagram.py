"""Instagram Graph API: account, its daily insights, media and stories with theirs, each page as Instagram sends it.

Reference  https://developers.facebook.com/docs/instagram-platform, version 26.0
Auth       long-lived token with instagram_basic and instagram_manage_insights, sent as `Authorization: Bearer`
Paging     lists: `paging.cursors.after`, until `paging.next` is absent (a page may be short or empty before);
           the address in `paging.next` is never asked, it holds the token. Account insights do not page
Units      counts; media insights are lifetime to date and organic only; times end in +0000
Zone       a day of account insights is a US Pacific day, with daylight saving
Personal   nothing is asked for; captions are the account's own words
Restates   account insights settle within 48 hours: three trailing days are read again
Left out   what only one media type has (follows, profile_visits, watch time): one metric that a media can't serve
           fails the page it is asked on, so a page asks only for what every type has
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors import instagram_tables as tables
from connectors.dialect import Reply
from connectors.errors import RequestRefused, names_the_token
from connectors.http import Api
from connectors.instagram_dialect import DIALECT
from connectors.instagram_media import walk
from connectors.streams import Account, Page, Source, Stream, Window

VERSION = "v26.0"
PACIFIC = ZoneInfo("America/Los_Angeles")
LONGEST_SPAN_S = 30 * 86400
DOCUMENTED_TOTALS = (
    "reach,views,accounts_engaged,total_interactions,likes,comments,saves,shares,replies,reposts,profile_links_taps"
)
# Gone from the reference since 2025 and yet answered; a refusal of the two must not cost the rest.
UNDOCUMENTED_TOTALS = "profile_views,website_clicks"
BY_FOLLOWER = "reach,views,follows_and_unfollows"
STORY_INSIGHTS = "reach,views,shares,total_interactions,replies,follows,profile_visits,navigation"
MEDIA_INSIGHTS = "reach,saved,shares,total_interactions,likes,comments,views"


@names_the_token
def account(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the account as it is now: one call."""
    yield api.get(
        f"/{VERSION}/{account.account_id}",
        fields="id,username,name,followers_count,follows_count,media_count",
    ).page


@names_the_token
def account_insights(api: Api, account: Account, window: Window) -> Iterator[Page]:
    """Yield the totals of one Pacific day, then its split by followers: two calls."""
    bounds = (window.day, window.day + timedelta(days=1))
    try:
        totals = _insights(api, account, f"{DOCUMENTED_TOTALS},{UNDOCUMENTED_TOTALS}", *bounds)
    except RequestRefused as refusal:
        if refusal.code != 100:
            raise
        totals = None
    yield (totals or _insights(api, account, DOCUMENTED_TOTALS, *bounds)).page
    yield _insights(api, account, BY_FOLLOWER, *bounds, breakdown="follow_type").page


@names_the_token
def period_reach(api: Api, account: Account, window: Window) -> Iterator[Page]:
    """Yield the reach of the week and the month that end with this day; people can't be added up from days.

    A span of more than 30 days is refused: months of 31 days, and November, which is an hour too long.
    """
    following = window.day + timedelta(days=1)
    starts = []
    if following.weekday() == 0:
        starts.append(following - timedelta(days=7))
    if following.day == 1:
        starts.append(window.day.replace(day=1))
    for start in starts:
        if _midnight(following) - _midnight(start) <= LONGEST_SPAN_S:
            yield _insights(api, account, "reach", start, following).page


@names_the_token
def media(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield every media with its insights, a hundred a call."""
    yield from walk(api, VERSION, f"/{VERSION}/{account.account_id}/media", MEDIA_INSIGHTS)


@names_the_token
def stories(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the stories of the last 24 hours with their insights."""
    yield from walk(api, VERSION, f"/{VERSION}/{account.account_id}/stories", STORY_INSIGHTS)


def _insights(api: Api, account: Account, metrics: str, start: date, end: date, **more: str) -> Reply:
    return api.get(
        f"/{VERSION}/{account.account_id}/insights",
        metric=metrics,
        period="day",
        metric_type="total_value",
        since=_midnight(start),
        until=_midnight(end),
        **more,
    )


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=PACIFIC).timestamp())


SOURCE = Source(
    name="instagram",
    base_url_env="INSTAGRAM_BASE_URL",
    default_base_url="https://graph.facebook.com",
    accounts_at_once=24,  # its limits are each account's own
    streams=(
        Stream("account", "snapshot", account, (tables.ACCOUNTS,)),
        Stream("account_insights", "window", account_insights, (tables.ACCOUNT_INSIGHTS,), restates_days=3),
        Stream("period_reach", "window", period_reach, (tables.PERIOD_REACH,), restates_days=3),
        Stream("media", "snapshot", media, tables.media_tables("media", "media_insights", "media_refusals")),
        Stream("stories", "expiring", stories, tables.media_tables("stories", "story_insights", "story_refusals")),
    ),
    open=lambda base_url, token: Api(DIALECT, base_url, token),
)
