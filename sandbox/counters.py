"""Reading an account's hourly history: exact counters at any hour, and reach that is unique, not additive."""

from __future__ import annotations

import math

import numpy as np

from sandbox import rates
from sandbox.audience import ROW
from sandbox.model import Post
from sandbox.population import AccountLife

TWINS = ("likes", "comments", "shares", "reposts", "profile_visits", "link_clicks")
RENAMED_ON_X = {"comments": "replies", "saves": "bookmarks"}
STORY_PARTS = ("replies", "tap_forward", "tap_back", "tap_exit", "swipe_forward")
INTERACTIONS = ("likes", "comments", "shares", "saves", "reposts", "quotes", "replies")


def unique(seen: int, people: float) -> int:
    """Return how many of `people` met at least one of `seen` views.

    Concave in `seen` and rounded up, so that the reach of a week is at most the sum of its days' reach, and
    the reach of a span at most its views; monotone, so that a counter to date never falls.
    """
    return min(math.ceil(people * -math.expm1(-rates.REACH_SLOPE * seen / people)), seen) if people else 0


def reach_by_audience(row: np.ndarray, followers_at_origin: int) -> dict[str, int]:
    """Return the people behind one row of parts, by follower, non_follower and promoted."""
    reached = {}
    for kind, per_follower in rates.REACH_POOL.items():
        views = int(row[ROW[f"views_{kind}"]])
        as_before = views - int(row[ROW[f"recounted_{kind}"]])
        reached[kind] = min(unique(as_before, followers_at_origin * per_follower), views)
    return reached


def post_counters(post: Post, hour: int) -> dict[str, int]:
    """Return a post's counters at an epoch hour; names are those of the platform."""
    column = min(max(hour - post.first_hour, 0), post.counts.shape[1] - 1)
    row = post.counts[:, column].tolist()
    is_x = post.account.platform == "x"
    reached = reach_by_audience(post.counts[:, column], post.account.followers_at_origin)
    organic = row[ROW["views_follower"]] + row[ROW["views_non_follower"]]
    promoted = row[ROW["views_promoted"]]
    shown = "impressions" if is_x else "views"
    counters = {
        shown: organic + promoted,
        f"organic_{shown}": organic,
        f"promoted_{shown}": promoted,
        f"follower_{shown}": row[ROW["views_follower"]],
        f"non_follower_{shown}": row[ROW["views_non_follower"]],
        "reach": reached["follower"] + reached["non_follower"],
        "promoted_reach": reached["promoted"],
    }
    for part in TWINS:
        name = RENAMED_ON_X.get(part, part) if is_x else part
        own, paid = row[ROW[part]], row[ROW[f"promoted_{part}"]]
        counters |= {name: own + paid, f"organic_{name}": own, f"promoted_{name}": paid}
    for part in ("saves", "quotes", "follows", "bio_clicks"):
        counters[RENAMED_ON_X.get(part, part) if is_x else part] = row[ROW[part]]
    if is_x:
        seen_closer = (ROW["profile_visits"], ROW["link_clicks"], ROW["other_clicks"])
        clicks = sum(row[place] for place in seen_closer) + counters["promoted_profile_visits"]
        clicks += counters["promoted_link_clicks"]
        talk = sum(counters[name] for name in ("likes", "replies", "reposts", "quotes", "bookmarks"))
        counters["engagements"] = talk + clicks
        return counters
    if post.is_story:
        counters |= {part: row[ROW[part]] for part in STORY_PARTS}
    counters["total_interactions"] = sum(row[ROW[part]] for part in INTERACTIONS)
    paid = sum(row[ROW[f"promoted_{part}"]] for part in ("likes", "comments", "shares", "reposts"))
    counters["engagements"] = counters["total_interactions"] + paid
    if post.surface == "reels":
        counters["watch_ms"] = organic * post.watch_ms
    return counters


def column(life: AccountLife, hour: int) -> int:
    """Return the column of an epoch hour, held within the account's history."""
    return min(max(hour - life.first_hour, 0), life.gained.shape[0] - 1)


def account_totals(life: AccountLife, first: int, last: int) -> dict[str, int]:
    """Return an account's totals over the epoch hours [first, last); unprefixed counts are organic + promoted."""
    low, high = column(life, first), max(column(life, last), column(life, first))
    row = (life.parts[:, high] - life.parts[:, low]).tolist()
    people = life.account.followers_at_origin
    reached = reach_by_audience(np.array(row), people)
    own, others = row[ROW["views_follower"]], row[ROW["views_non_follower"]]
    both = {part: row[ROW[part]] + row[ROW[f"promoted_{part}"]] for part in TWINS}
    walk_in = int(life.profile_visits[high] - life.profile_visits[low])
    bio = row[ROW["bio_clicks"]] + int(life.bio_clicks[high] - life.bio_clicks[low])
    interactions = sum(row[ROW[part]] for part in ("saves", "quotes", "replies"))
    interactions += sum(both[part] for part in ("likes", "comments", "shares", "reposts"))
    return {
        "views": own + others,
        "views_follower": own,
        "views_non_follower": others,
        "promoted_views": row[ROW["views_promoted"]],
        "reach": reached["follower"] + reached["non_follower"],
        "reach_follower": reached["follower"],
        "reach_non_follower": reached["non_follower"],
        "promoted_reach": reached["promoted"],
        "accounts_engaged": unique(interactions, people),
        "total_interactions": interactions,
        **{part: both[part] for part in ("likes", "comments", "shares", "reposts")},
        "saves": row[ROW["saves"]],
        "quotes": row[ROW["quotes"]],
        "replies": row[ROW["replies"]],
        "link_clicks": both["link_clicks"],
        "profile_views": both["profile_visits"] + walk_in,
        "profile_links_taps": bio,
        "website_clicks": bio,
        "gained": int(life.gained[high] - life.gained[low]),
        "lost": int(life.lost[high] - life.lost[low]),
    }
