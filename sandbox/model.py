"""What lives in a world: brands, accounts, posts, people in the CRM, customers of the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np


@dataclass(frozen=True)
class SocialAccount:
    """One Instagram or X account. `followers_at_origin` is the level 14 days before the start."""

    brand_id: str
    platform: str  # 'instagram' | 'x'
    native_id: str
    handle: str
    name: str  # the brand's name, shown on the profile
    followers_at_origin: int
    token: str | None


@dataclass(frozen=True)
class Brand:
    """One brand with the ids of its sources and the pages of its site."""

    brand_id: str
    name: str
    zone: str
    currency: str
    accounts: tuple[SocialAccount, ...]
    ga4_property: str
    hubspot_portal: str
    pages: tuple[str, ...]
    has_service_hub: bool = False
    youtube_channel: str | None = None

    @property
    def tz(self) -> ZoneInfo:
        """Return the zone of the brand's reporting day."""
        return ZoneInfo(self.zone)

    @property
    def site(self) -> str:
        """Return the address of the brand's site, without a slash at the end."""
        return f"https://www.{self.brand_id.replace('_', '-')}.example"


@dataclass(eq=False)
class Post:
    """One post or story; `counts` are its cumulative parts by hour, read through World.post_counters."""

    native_id: str
    account: SocialAccount
    published_at: datetime  # UTC, whole seconds
    surface: str  # 'feed' | 'reels' | 'story' (Instagram), 'x'
    format: str  # 'image' | 'carousel' | 'reel' | 'video' | 'story' | 'text' | 'photo' | 'link' | 'thread'
    text: str  # caption or text, with hashtags; X link posts carry link_url in the text
    hashtags: tuple[str, ...]
    campaign: str  # slug, equals utm_campaign of link_url
    link_url: str | None  # X link posts and stories with a link sticker; None for the rest
    quality: float
    conversation_id: str | None = None  # X: native id of the thread's first post
    in_reply_to: str | None = None  # X: native id of the own post that this one answers
    referenced_type: str | None = None  # X: 'retweeted' | 'quoted' | 'replied_to' | None
    referenced_id: str | None = None
    referenced_user_id: str | None = None  # X: author of the referenced post (own id in a thread)
    media_count: int = 0
    watch_ms: int = 0  # reels: mean watch time of a view, milliseconds
    expires_at: datetime | None = None  # stories: 24 h after publishing
    versions: tuple[str, ...] = ()  # X: ids of an edited post, the first one first
    withheld_in: tuple[str, ...] = ()  # X: countries
    boost: float = 1.0  # what a viral incident multiplies its expected views by
    first_hour: int = 0  # epoch hour in which it was published
    counts: np.ndarray = field(default_factory=lambda: np.zeros((0, 1), np.int32), repr=False)

    @property
    def is_story(self) -> bool:
        """Tell whether it is a story."""
        return self.surface == "story"

    @property
    def is_own(self) -> bool:
        """Tell whether it is the account's own content, not a plain retweet."""
        return self.referenced_type != "retweeted"

    @property
    def media_type(self) -> str | None:
        """Return IMAGE, VIDEO or CAROUSEL_ALBUM (Instagram); photo, video or None (X)."""
        if self.account.platform == "x":
            return {"photo": "photo", "video": "video"}.get(self.format)
        if self.format == "story":
            return "VIDEO" if self.media_count > 1 else "IMAGE"
        return {"image": "IMAGE", "carousel": "CAROUSEL_ALBUM"}.get(self.format, "VIDEO")

    @property
    def media_product_type(self) -> str | None:
        """Return FEED, REELS or STORY; None on X."""
        return {"feed": "FEED", "reels": "REELS", "story": "STORY"}.get(self.surface)


@dataclass(eq=False)
class Contact:
    """One CRM contact; `changes` are (instant, properties set then), oldest first."""

    contact_id: str
    brand_id: str
    visitor: int
    email: str
    created_at: datetime
    source: str  # utm or GA4 spelling of the first visit
    medium: str
    campaign: str
    content: str
    first_visit_at: datetime
    submitted_at: datetime
    changes: list[tuple[datetime, dict[str, str | None]]]


@dataclass(eq=False)
class Deal:
    """One CRM deal of one contact; `changes` as for contacts."""

    deal_id: str
    brand_id: str
    contact_id: str
    currency: str
    created_at: datetime
    changes: list[tuple[datetime, dict[str, str | None]]]


@dataclass(eq=False)
class ServiceObject:
    """One answer to a survey or one ticket of the CRM; `kind` is its name in addresses, `changes` as for contacts."""

    kind: str
    object_id: str
    contact_id: str
    created_at: datetime
    changes: list[tuple[datetime, dict[str, str | None]]]


@dataclass(frozen=True)
class EntityEvent:
    """One product event: login, feature:<name> or session (quantity in minutes)."""

    event_id: str
    entity_id: str
    event_type: str
    occurred_at: datetime
    quantity: float
    entity_type: str = "customer"


@dataclass(frozen=True)
class Survey:
    """One NPS answer, 0 to 10."""

    response_id: str
    entity_id: str
    score: int
    responded_at: datetime
    entity_type: str = "customer"
    survey: str = "nps"
    question_id: str = "recommend"
    department: str = ""


@dataclass(frozen=True)
class Ticket:
    """One support ticket; `closed_at` is None when it is never closed in this world."""

    ticket_id: str
    entity_id: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Planted:
    """One incident as it was planted: what it hit, and for a viral one the post."""

    kind: str
    account: str
    start: Any
    days: int
    size: float
    brand_id: str
    native_id: str
    post_id: str
