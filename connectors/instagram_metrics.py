"""Which metric Instagram offers where, as data: change a row here when Meta changes its mind.

Account metrics are totals of one Pacific day (`period=day`, `metric_type=total_value`); each breakdown of a metric is
a question of its own, and metrics that share a breakdown are asked together. Media metrics are lifetime to date.
`facebook_login_only` marks what graph.instagram.com does not know.
"""

from __future__ import annotations

from dataclasses import dataclass

UNDIVIDED = ""


@dataclass(frozen=True)
class AccountMetric:
    """A daily total of an account and the breakdowns in which it is asked, `UNDIVIDED` among them."""

    name: str
    breakdowns: tuple[str, ...] = (UNDIVIDED,)


@dataclass(frozen=True)
class MediaMetric:
    """A lifetime counter of a media, the product types that have it, the breakdown in which its parts are asked.

    `is_nested` says that every media of a list has it, so that it comes with the list; the rest is asked by media.
    """

    name: str
    product_types: tuple[str, ...]
    is_nested: bool = False
    breakdown: str = UNDIVIDED
    facebook_login_only: bool = False


BY_SURFACE = (UNDIVIDED, "media_product_type")
ACCOUNT_METRICS = (
    AccountMetric("reach", (UNDIVIDED, "follow_type", "media_product_type")),
    AccountMetric("views", (UNDIVIDED, "follow_type", "media_product_type")),
    AccountMetric("accounts_engaged"),
    AccountMetric("total_interactions", BY_SURFACE),
    AccountMetric("likes", BY_SURFACE),
    AccountMetric("comments", BY_SURFACE),
    AccountMetric("saves", BY_SURFACE),
    AccountMetric("shares", BY_SURFACE),
    AccountMetric("replies"),
    AccountMetric("reposts"),
    # Without its breakdown it is answered with no figure at all.
    AccountMetric("follows_and_unfollows", ("follow_type",)),
    AccountMetric("profile_links_taps", (UNDIVIDED, "contact_button_type")),
    # Gone from the reference since 2025 and yet answered.
    AccountMetric("profile_views"),
    AccountMetric("website_clicks"),
)

POSTS, ALL = ("FEED", "REELS"), ("FEED", "REELS", "STORY")
MEDIA_METRICS = (
    MediaMetric("reach", ALL, is_nested=True),
    MediaMetric("views", ALL, is_nested=True),
    MediaMetric("shares", ALL, is_nested=True),
    MediaMetric("total_interactions", ALL, is_nested=True),
    MediaMetric("reposts", ALL, is_nested=True),
    MediaMetric("saved", POSTS, is_nested=True),
    MediaMetric("likes", POSTS, is_nested=True),
    MediaMetric("comments", POSTS, is_nested=True),
    MediaMetric("replies", ("STORY",), is_nested=True),
    MediaMetric("link_clicks", ("STORY",), is_nested=True, facebook_login_only=True),
    MediaMetric("follows", ("FEED", "STORY")),
    MediaMetric("profile_visits", ("FEED", "STORY")),
    MediaMetric("profile_activity", ("FEED", "STORY"), breakdown="action_type"),
    MediaMetric("navigation", ("STORY",), breakdown="story_navigation_action_type"),
    MediaMetric("ig_reels_avg_watch_time", ("REELS",)),
    MediaMetric("ig_reels_video_view_total_time", ("REELS",)),
    MediaMetric("reels_skip_rate", ("REELS",)),
)
FIELDS = (
    "id", "caption", "media_type", "media_product_type", "permalink", "timestamp", "like_count", "comments_count",
    "is_shared_to_feed", "children{media_type}",
)  # fmt: skip
# Counters with ads in them, and those of a list that cost no insight.
FACEBOOK_LOGIN_FIELDS = (
    "total_views_count", "total_like_count", "total_comments_count", "saved_count", "shares_count", "reposts_count",
)  # fmt: skip


def account_questions() -> dict[str, tuple[str, ...]]:
    """Return the metrics that are asked together, by breakdown."""
    breakdowns = dict.fromkeys(breakdown for metric in ACCOUNT_METRICS for breakdown in metric.breakdowns)
    return {
        breakdown: tuple(metric.name for metric in ACCOUNT_METRICS if breakdown in metric.breakdowns)
        for breakdown in breakdowns
    }


def nested_metrics(product_types: tuple[str, ...], has_facebook_login: bool) -> list[str]:
    """Return the metrics that come with a list of media of these product types."""
    return [
        metric.name
        for metric in MEDIA_METRICS
        if metric.is_nested
        and set(product_types) <= set(metric.product_types)
        and (has_facebook_login or not metric.facebook_login_only)
    ]


def media_questions(product_type: str) -> list[tuple[tuple[str, ...], str]]:
    """Return what is asked of one media by itself, each as (metrics, breakdown)."""
    own = [metric for metric in MEDIA_METRICS if product_type in metric.product_types and not metric.is_nested]
    together = tuple(metric.name for metric in own if not metric.breakdown)
    apart = [((metric.name,), metric.breakdown) for metric in own if metric.breakdown]
    return [(together, UNDIVIDED), *apart] if together else apart
