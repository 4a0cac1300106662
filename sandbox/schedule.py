"""What an account publishes on a day, and when: posts, threads, retweets and stories without their counters."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from sandbox.model import Brand, Post, SocialAccount
from sandbox.rates import FORMATS, POSTING_HOUR_FACTORS, POSTING_HOUR_SHARES, POSTING_HOURS
from sandbox.streams import epoch_hour, stream

SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
CAMPAIGNS = ("summer-season", "new-arrivals", "behind-the-scenes", "how-to", "members-week", "staff-picks")
WORDS = {
    "summer-season": ("A slow morning is the best part of summer.", "Made for long evenings outdoors."),
    "new-arrivals": ("Fresh in this week.", "The one many of you asked for is here."),
    "behind-the-scenes": ("A look at how it is made.", "Meet the people behind it."),
    "how-to": ("Three small steps that change everything.", "Save this for later."),
    "members-week": ("A thank-you to our regulars.", "Only this week, only for members."),
    "staff-picks": ("What we would take home ourselves.", "Our favourite of the month."),
}
STORIES_PER_POST = 0.3
RETWEETS_PER_DAY = 0.07


def utm(brand: Brand, page: str, source: str, medium: str, campaign: str, content: str) -> str:
    """Return a page's address with the tags by which a click is told from others."""
    tags = f"utm_source={source}&utm_medium={medium}&utm_campaign={campaign}&utm_content={content}"
    return f"{brand.site}{page}?{tags}"


def landing_page(brand: Brand, campaign: str) -> str:
    """Return the page that a campaign's links lead to."""
    return brand.pages[1 + CAMPAIGNS.index(campaign)]


def posts_of_day(
    seed: int, brand: Brand, account: SocialAccount, day: date, per_week: float, factor: float
) -> list[Post]:
    """Return the day's posts, oldest first; `factor` is what volume incidents do to their number."""
    rng = stream(seed, brand.brand_id, account.native_id, "schedule", day.toordinal())
    share, story_share, retweet_share = rng.random(3)
    count = _whole(per_week / 7 * factor, share)
    posts: list[Post] = []
    for position in range(count):
        posts += _post(seed, brand, account, day, position)
    if account.platform == "instagram":
        stories = _whole(per_week / 7 * factor * STORIES_PER_POST, story_share)
        posts += [_story(seed, brand, account, day, position) for position in range(stories)]
    elif retweet_share < RETWEETS_PER_DAY * factor and count:
        posts.append(_retweet(seed, brand, account, day))
    return sorted(posts, key=lambda post: (post.published_at, post.native_id))


def _whole(expected: float, share: float) -> int:
    return int(expected) + (share < expected % 1)


def _moment(brand: Brand, day: date, rng: np.random.Generator) -> tuple[datetime, int]:
    """Return an instant of the UTC day at one of the brand's posting hours, and that local hour."""
    hour = int(rng.choice(POSTING_HOURS, p=POSTING_HOUR_SHARES))
    minute, second = int(rng.integers(0, 50)), int(rng.integers(0, 60))
    local = datetime.combine(day, time(hour, minute, second), brand.tz).astimezone(UTC)
    while local.date() < day:
        local += timedelta(days=1)
    while local.date() > day:
        local -= timedelta(days=1)
    return local, hour


def _native_id(account: SocialAccount, moment: datetime, number: int) -> str:
    own = zlib.crc32(account.native_id.encode())
    if account.platform == "x":
        return str(((int(moment.timestamp() * 1000) - SNOWFLAKE_EPOCH_MS) << 22) | (own % 4000 * 1000 + number))
    return f"18{own % 10_000_000:07d}{moment.date().toordinal() % 100_000:05d}{number:03d}"


def _post(seed: int, brand: Brand, account: SocialAccount, day: date, position: int) -> list[Post]:
    rng = stream(seed, brand.brand_id, account.native_id, "post", day.toordinal(), position)
    moment, hour = _moment(brand, day, rng)
    formats = FORMATS[account.platform]
    kind = str(rng.choice(list(formats), p=[entry[0] for entry in formats.values()]))
    campaign = CAMPAIGNS[int(rng.integers(len(CAMPAIGNS)))]
    words = WORDS[campaign][int(rng.integers(2))]
    tags = (f"{brand.brand_id}", campaign.replace("-", ""))[: int(rng.integers(0, 3))]
    quality = float(np.exp(rng.normal(-0.08, 0.4))) * POSTING_HOUR_FACTORS[hour]
    native_id = _native_id(account, moment, position)
    link = None
    if kind == "link":
        page = landing_page(brand, campaign)
        link = utm(brand, page, account.platform, "social", campaign, native_id)
    text = " ".join([words, *(f"#{tag}" for tag in tags), *([link] if link else [])])
    post = Post(
        native_id, account, moment, _surface(account, kind), "text" if kind == "quote" else kind, text, tags,
        campaign, link, quality, media_count=_media_count(kind, rng), watch_ms=int(rng.integers(3_000, 14_000)),
        first_hour=epoch_hour(moment),
    )  # fmt: skip
    if account.platform == "x":
        post.conversation_id = native_id
    if kind == "quote":
        _refer(post, "quoted", moment, position)
    return [post, *_thread(post, rng, position)] if kind == "thread" else [post]


def _surface(account: SocialAccount, kind: str) -> str:
    return "x" if account.platform == "x" else "reels" if kind == "reel" else "feed"


def _media_count(kind: str, rng: np.random.Generator) -> int:
    return {"carousel": int(rng.integers(2, 9)), "text": 0, "link": 0, "thread": 0, "quote": 0}.get(kind, 1)


def _refer(post: Post, kind: str, moment: datetime, number: int) -> None:
    earlier = int((moment - timedelta(hours=7)).timestamp() * 1000) - SNOWFLAKE_EPOCH_MS
    post.referenced_type = kind
    post.referenced_id = str((earlier << 22) | (4_100_000 + number))
    post.referenced_user_id = "1500000000000009999"


def _thread(root: Post, rng: np.random.Generator, position: int) -> list[Post]:
    """Return one to three replies to the own post, a minute apart."""
    replies, previous = [], root
    for step in range(1, int(rng.integers(2, 5))):
        moment = root.published_at + timedelta(minutes=step)
        reply = Post(
            _native_id(root.account, moment, position + 100 * step), root.account, moment, "x", "thread",
            f"{step + 1}. {WORDS[root.campaign][step % 2]}", (), root.campaign, None, root.quality * 0.35,
            root.native_id, previous.native_id, "replied_to", previous.native_id, root.account.native_id,
            first_hour=epoch_hour(moment),
        )  # fmt: skip
        replies.append(reply)
        previous = reply
    return replies


def _retweet(seed: int, brand: Brand, account: SocialAccount, day: date) -> Post:
    rng = stream(seed, brand.brand_id, account.native_id, "retweet", day.toordinal())
    moment, _ = _moment(brand, day, rng)
    post = Post(
        _native_id(account, moment, 90), account, moment, "x", "text", "RT @friendly_shop: We love this.", (),
        "staff-picks", None, 0.0, first_hour=epoch_hour(moment),
    )  # fmt: skip
    post.conversation_id = post.native_id
    _refer(post, "retweeted", moment, 90)
    return post


def _story(seed: int, brand: Brand, account: SocialAccount, day: date, position: int) -> Post:
    rng = stream(seed, brand.brand_id, account.native_id, "story", day.toordinal(), position)
    moment, hour = _moment(brand, day, rng)
    campaign = CAMPAIGNS[int(rng.integers(len(CAMPAIGNS)))]
    quality = float(np.exp(rng.normal(-0.08, 0.4))) * POSTING_HOUR_FACTORS[hour]
    is_quiet, has_link = rng.random() < 0.12, rng.random() < 0.5  # quiet: shown to a handful of close friends
    native_id = _native_id(account, moment, 500 + position)
    link = utm(brand, landing_page(brand, campaign), "instagram", "social", campaign, native_id) if has_link else None
    return Post(
        native_id, account, moment, "story", "story", WORDS[campaign][0], (), campaign, link,
        0.0 if is_quiet else quality, media_count=int(rng.integers(1, 3)),
        expires_at=moment + timedelta(hours=24), first_hour=epoch_hour(moment),
    )  # fmt: skip
