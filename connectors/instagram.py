"""Instagram Graph API: an account, its insights and audience, its media and stories, competitors and hashtags.

Reference  https://developers.facebook.com/docs/instagram-platform, version 26.0; what is offered: instagram_metrics
Hosts      graph.facebook.com (Page login) or graph.instagram.com (Instagram login), by INSTAGRAM_BASE_URL
Auth       long-lived token with instagram_basic and instagram_manage_insights, sent as `Authorization: Bearer`
Paging     lists: `paging.cursors.after`, until `paging.next` is absent (a page may be short or empty before);
           the address in `paging.next` is never asked, it holds the token. Account insights do not page
Units      counts; media insights are lifetime to date and organic only, the total_ fields include ads; watch time
           in milliseconds; times end in +0000
Zone       a day of account insights is a US Pacific day, with daylight saving
Personal   captions are the account's own words; who tagged the account is hashed, strangers' captions aren't asked
Restates   account insights settle within 48 hours: three trailing days are read again
Left out   facebook_views and crossposted_views, which fail for media that are not on Facebook; comments; mentions,
           which only a webhook names
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from connectors import instagram_host as graph
from connectors import instagram_public_tables as public_tables
from connectors import instagram_tables as tables
from connectors.errors import names_the_token
from connectors.http import Api
from connectors.instagram_account import account_insights, audience, period_reach
from connectors.instagram_details import FEWEST_ALONE, details
from connectors.instagram_doctor import examine
from connectors.instagram_media import Terms, walk
from connectors.instagram_metrics import FACEBOOK_LOGIN_FIELDS, FIELDS, POSTS, nested_metrics
from connectors.instagram_offers import story_clock
from connectors.instagram_public import competitors, hashtag_media, tagged_media
from connectors.instagram_renewal import EARLY, renew
from connectors.streams import Account, Page, Source, Stream, Window

log = logging.getLogger("warehouse")
MOST_CALLS = 14  # of a capture of media, where each question about one is a call


@names_the_token
def account(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the account as it is now: one call."""
    fields = "id,username,name,followers_count,follows_count,media_count"
    reply = graph.ask(api, account.account_id, fields=fields)
    if graph.served_version(reply) not in (None, graph.version(api)):
        log.warning(
            "instagram account %s: %s was asked and %s answers: end INSTAGRAM_BASE_URL with the version that answers",
            account.account_id,
            graph.version(api),
            graph.served_version(reply),
        )
    yield reply.page


@names_the_token
def media(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield every media with its insights, a hundred a call, then what only its type has."""
    before = api.usage.requests
    terms = _terms(api, POSTS)
    yield from walk(api, f"{account.account_id}/media", terms)
    room = MOST_CALLS - (api.usage.requests - before)
    yield from _details(api, terms, max(room, FEWEST_ALONE))


@names_the_token
def stories(api: Api, account: Account, window: Window) -> Iterator[Page]:  # noqa: ARG001
    """Yield the stories of the last 24 hours with their insights."""
    terms = _terms(api, ("STORY",))
    yield from walk(api, f"{account.account_id}/stories", terms)
    terms.media = [{"media_product_type": "STORY", **one} for one in terms.media]
    yield from _details(api, terms, FEWEST_ALONE)


def _terms(api: Api, product_types: tuple[str, ...]) -> Terms:
    is_facebook = graph.has_facebook_login(api)
    fields = [*FIELDS, *(FACEBOOK_LOGIN_FIELDS if is_facebook else ())]
    return Terms(fields, nested_metrics(product_types, is_facebook))


def _details(api: Api, terms: Terms, most_alone: int) -> Iterator[Page]:
    if terms.metrics:
        yield from details(api, terms.media, api.present().date(), most_alone)


SOURCE = Source(
    name="instagram",
    base_url_env="INSTAGRAM_BASE_URL",
    default_base_url="https://graph.facebook.com",
    accounts_at_once=32,  # its limits are each account's own
    streams=(
        Stream("account", "snapshot", account, (tables.ACCOUNTS,)),
        Stream("account_insights", "window", account_insights, tables.ACCOUNT_INSIGHTS, restates_days=3),
        Stream("period_reach", "window", period_reach, (tables.PERIOD_REACH,), restates_days=3),
        Stream("audience", "snapshot", audience, tables.AUDIENCE),
        Stream(
            "media",
            "snapshot",
            media,
            tables.media_tables("media", "media_insights", "media_refusals"),
            values=tables.MEDIA_VALUES,
        ),
        Stream(
            "stories",
            "expiring",
            stories,
            tables.media_tables("stories", "story_insights", "story_refusals"),
            values=tables.MEDIA_VALUES,
        ),
        Stream("competitors", "snapshot", competitors, public_tables.COMPETITORS),
        Stream("hashtag_media", "snapshot", hashtag_media, (public_tables.HASHTAG_MEDIA,)),
        Stream("tagged_media", "snapshot", tagged_media, (public_tables.TAGGED_MEDIA,), personal={"username": "hash"}),
    ),
    open=graph.open_api,
    examine=examine,
    clocks=story_clock,
    renew=renew,
    renews_early=EARLY,
)
