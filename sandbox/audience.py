"""How an audience meets a post: hourly views, and what the viewers do, as exact integers.

A post's `counts` is a matrix of PARTS x hours, cumulative, column k = what had happened k whole hours after the
hour of publishing began. Follower and non-follower views and promoted views are kept apart; every other
organic part has a promoted twin where ads can move it.
"""

from __future__ import annotations

import numpy as np

from sandbox import rates
from sandbox.incidents import Incidents, inside
from sandbox.model import Brand, Post
from sandbox.streams import stream

PARTS = (
    "views_follower", "views_non_follower", "views_promoted",
    "recounted_follower", "recounted_non_follower", "recounted_promoted",
    "likes", "comments", "shares", "saves", "reposts", "quotes", "profile_visits", "link_clicks", "other_clicks",
    "promoted_likes", "promoted_comments", "promoted_shares", "promoted_reposts", "promoted_profile_visits",
    "promoted_link_clicks", "bio_clicks", "follows", "replies", "tap_forward", "tap_back", "tap_exit",
    "swipe_forward",
)  # fmt: skip
ROW = {name: row for row, name in enumerate(PARTS)}
Streams = dict[str, np.random.Generator]
# The parts that are drawn, in the order of their streams.
OF_POSTS = ("views_follower", "views_non_follower", *rates.ENGAGEMENT["x"], "follows", "bio_clicks")
OF_STORIES = (*OF_POSTS, "replies", *rates.STORY_TAPS)
OF_ADS = ("views_promoted", *(f"promoted_{name}" for name in rates.PROMOTED), "follows", "bio_clicks")
VIEWS = ("follower", "non_follower", "promoted")


def hours_of_life(post: Post) -> int:
    """Return for how many hours a post is seen."""
    return rates.STORY_LIFE_HOURS if post.is_story else rates.POST_LIFE_HOURS


def attention(post: Post, brand: Brand) -> np.ndarray:
    """Return the share of a post's views that falls in each hour of its life; the sum is near one."""
    hours = hours_of_life(post)
    age = np.arange(hours)
    tail = 0.62 * np.exp(-age / 4) / 4 + 0.28 * np.exp(-age / 22) / 22 + 0.10 * np.exp(-age / 80) / 80
    offset = int(post.published_at.astimezone(brand.tz).utcoffset().total_seconds()) // 3600
    share = tail * rates.DIURNAL[(post.first_hour + age + offset) % 24]
    share[0] *= 1 - post.published_at.minute / 60
    return share


def organic_increments(seed: int, post: Post, brand: Brand, audience: float, incidents: Incidents) -> np.ndarray:
    """Return PARTS x hours of what an organic audience of `audience` active followers does, hour by hour."""
    rng = stream(seed, brand.brand_id, post.account.native_id, "audience", int(post.native_id) % 2**32, post.first_hour)
    hours = hours_of_life(post)
    parts = np.zeros((len(PARTS), hours), np.int64)
    if not post.is_own:
        return parts
    share = attention(post, brand) * incidents.factor(("platform", "access"), post.account, post.first_hour, hours)
    seen_by_followers, seen_by_others = expected_views(post, audience)
    streams = _streams(rng, OF_STORIES if post.is_story else OF_POSTS)
    parts[ROW["views_follower"]] = streams["views_follower"].poisson(seen_by_followers * share)
    parts[ROW["views_non_follower"]] = streams["views_non_follower"].poisson(seen_by_others * share)
    _reactions(parts, post, streams)
    if post.is_story:
        _story_taps(parts, brand, streams)
    _recount(parts, post, incidents)
    return parts


def _streams(rng: np.random.Generator, names: tuple[str, ...]) -> Streams:
    """Return a stream a part: what changes a part from some hour on leaves the hours before it alone."""
    return dict(zip(names, rng.spawn(len(names)), strict=True))


def expected_views(post: Post, audience: float) -> tuple[float, float]:
    """Return the mean of a post's views by followers and by others."""
    if post.is_story:
        if post.quality == 0:
            return 3.5, 0.0
        per_follower, per_other = rates.VIEWS_PER_FOLLOWER["story"]
        return audience * per_follower * post.quality, audience * per_other
    per_follower, per_other = rates.VIEWS_PER_FOLLOWER[post.account.platform]
    formats = rates.FORMATS[post.account.platform]
    _, own_factor, other_factor = formats["quote" if post.referenced_type == "quoted" else post.format]
    by_followers = audience * per_follower * own_factor * post.quality
    by_others = audience * per_other * other_factor * post.quality**1.6
    return by_followers, by_others + (post.boost - 1) * (by_followers + by_others)


def _reactions(parts: np.ndarray, post: Post, streams: Streams) -> None:
    kind = "story" if post.is_story else post.account.platform
    liking = post.quality**0.4 * (rates.VIRAL_ENGAGEMENT_FACTOR if post.boost > 1 else 1.0)
    views = parts[ROW["views_follower"]] + parts[ROW["views_non_follower"]]
    for name, rate in rates.ENGAGEMENT[kind].items():
        factor = rates.SAVES_FACTOR_OF_CAROUSEL if name == "saves" and post.format == "carousel" else 1.0
        if name == "link_clicks" and post.link_url is None:
            factor = 0.0
        parts[ROW[name]] = streams[name].binomial(views, min(rate * liking * factor, 0.6))
    _after_profile_visits(parts, parts[ROW["profile_visits"]], post.account.platform, streams)


def _after_profile_visits(parts: np.ndarray, visits: np.ndarray, platform: str, streams: Streams) -> None:
    """Add the follows and bio link clicks of profile visits to `parts`."""
    parts[ROW["follows"]] += streams["follows"].binomial(visits, rates.FOLLOWS_PER_PROFILE_VISIT[platform])
    parts[ROW["bio_clicks"]] += streams["bio_clicks"].binomial(visits, rates.BIO_CLICKS_PER_PROFILE_VISIT[platform])


def _story_taps(parts: np.ndarray, brand: Brand, streams: Streams) -> None:
    views = parts[ROW["views_follower"]] + parts[ROW["views_non_follower"]]
    for name, rate in rates.STORY_TAPS.items():
        parts[ROW[name]] = streams[name].binomial(views, rate)
    counts_replies = not (brand.zone.startswith("Europe/") or brand.zone == "Asia/Tokyo")
    parts[ROW["replies"]] = streams["replies"].binomial(views, rates.STORY_REPLIES if counts_replies else 0.0)


def _recount(parts: np.ndarray, post: Post, incidents: Incidents) -> None:
    """Let a definition break count the same views differently: people and reactions stay what they were."""
    hours = post.first_hour + np.arange(parts.shape[1])
    for window in incidents.on_account("definition_break", post.account):
        within = inside(hours, window)
        for kind in VIEWS:
            views = parts[ROW[f"views_{kind}"]]
            more = np.where(within, np.floor(views * window.size).astype(np.int64) - views, 0)
            parts[ROW[f"recounted_{kind}"]] += more
            parts[ROW[f"views_{kind}"]] = views + more


def promoted_increments(
    rng: np.random.Generator, post: Post, brand: Brand, first_hour: int, impressions: float, incidents: Incidents
) -> np.ndarray:
    """Return PARTS x 24 of one UTC day of ads on a post: `impressions` promoted views on average."""
    offset = int(post.published_at.astimezone(brand.tz).utcoffset().total_seconds()) // 3600
    share = rates.DIURNAL[(first_hour + np.arange(24) + offset) % 24] / 24
    share = share * incidents.factor(("ads_stop",), post.account, first_hour, 24)
    parts = np.zeros((len(PARTS), 24), np.int64)
    streams = _streams(rng, OF_ADS)
    views = streams["views_promoted"].poisson(impressions * share)
    parts[ROW["views_promoted"]] = views
    has_link = post.account.platform == "instagram" or post.link_url is not None
    for name, rate in rates.PROMOTED.items():
        is_possible = has_link if name == "link_clicks" else name != "shares" or post.account.platform == "instagram"
        parts[ROW[f"promoted_{name}"]] = streams[f"promoted_{name}"].binomial(views, rate * is_possible)
    _after_profile_visits(parts, parts[ROW["promoted_profile_visits"]], post.account.platform, streams)
    hours = first_hour + np.arange(24)
    for window in incidents.on_account("definition_break", post.account):
        more = np.where(inside(hours, window), np.floor(views * window.size).astype(np.int64) - views, 0)
        parts[ROW["recounted_promoted"]] += more
        parts[ROW["views_promoted"]] += more
    return parts
