"""Which posts are due to be read again: fresh ones daily, old ones seldom, told from the pages landed before.

X bills every post that it returns, so a post is read at the ages below and not in between. Nothing is kept beside
the landed pages: what they hold was read, what they lack is due, and a killed run leaves nothing that could be wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.streams import Page
from connectors.x_posts import ids_asked, listed, next_token, posts_of

REACH = timedelta(days=30)  # private metrics end here
FRESH = timedelta(days=4)  # read every day
# The 30th day is the last; a day before it those are read too that a run an hour late would find gone.
DUE_AT = tuple(timedelta(days=days) for days in (5, 8, 13, 20, 28.9, 29))
SNOWFLAKE_EPOCH_MS = 1288834974657


@dataclass
class Seen:
    """What the landed pages tell of one post."""

    published_at: datetime
    read_at: datetime
    is_repost: bool
    versions: tuple[str, ...]


@dataclass
class Memory:
    """The posts landed before, those X said are gone, and what was read on the present day already."""

    posts: dict[str, Seen] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    whole_at: datetime | None = None  # when the timeline was last read to its end
    is_whole_today: bool = False
    pages_of_today: list[Page] = field(default_factory=list)
    asked_today: set[str] = field(default_factory=set)  # by id

    @classmethod
    def of(cls, landed: Iterable[tuple[datetime, Page]], now: datetime) -> Memory:
        """Read the pages landed before, oldest first."""
        memory = cls()
        for captured_at, page in landed:
            if page.status != 200 or captured_at > now:
                continue
            is_of_today = captured_at.date() == now.date()
            if is_of_today:
                memory.pages_of_today.append(page)
                memory.asked_today.update(ids_asked(page.asked))
            memory._take(json.loads(page.body), captured_at)
            if "/users/" in page.asked and not next_token(page):
                memory.whole_at = captured_at
                memory.is_whole_today |= is_of_today
        return memory

    def _take(self, body: dict[str, Any], captured_at: datetime) -> None:
        for post in posts_of(body):
            references = post.get("referenced_tweets") or post.get("referenced_posts") or []
            self.posts[str(post["id"])] = Seen(
                published_at(post),
                captured_at,
                any(one.get("type") == "retweeted" for one in references),
                tuple(post.get("edit_history_tweet_ids") or post.get("edit_history_post_ids") or ()),
            )
        self.withdrawn |= {one for one in map(gone, listed(body, "errors")) if one}

    def due(self, now: datetime, start: datetime) -> list[str]:
        """Return the posts to be asked for by id, those that end soonest first.

        A post younger than `start`, from where the timeline was read, that it did not show is asked for once: X then
        says that it is gone. The older versions of an edited post stand still, and are read once.
        """
        replaced = self._replaced()
        unread = {
            version
            for version in replaced - set(self.posts) - self.withdrawn - self.asked_today
            if now - published_at({"id": version}) <= REACH
        }
        return sorted(
            unread
            | {
                post_id
                for post_id, seen in self.posts.items()
                if post_id not in self.withdrawn
                and seen.read_at.date() < now.date()
                and post_id not in self.asked_today
                and now - seen.published_at <= REACH
                and post_id not in replaced
                and (
                    seen.published_at >= start
                    or (not seen.is_repost and is_due(now - seen.published_at, seen.read_at - seen.published_at))
                )
            },
            key=int,
        )

    def _replaced(self) -> set[str]:
        """Return the ids of the older versions of edited posts."""
        return {version for seen in self.posts.values() for version in seen.versions[:-1]}

    def ending(self, post_ids: list[str], now: datetime) -> list[str]:
        """Return those of `post_ids` whose private metrics end before the run after the next."""
        known = [post_id for post_id in post_ids if post_id in self.posts]
        return [post_id for post_id in known if now - self.posts[post_id].published_at >= DUE_AT[-2]]

    def expired_unseen(self, now: datetime) -> list[str]:
        """Return the posts that no reading met on the last two days of their private metrics."""
        left_out = self.withdrawn | self._replaced()
        return sorted(
            (
                post_id
                for post_id, seen in self.posts.items()
                if not seen.is_repost
                and post_id not in left_out
                and now - seen.published_at > REACH
                and seen.read_at - seen.published_at < DUE_AT[-2]
            ),
            key=int,
        )


def is_due(age: timedelta, age_when_read: timedelta) -> bool:
    """Say whether a reading has come due since the last one."""
    return any(age_when_read < due <= age for due in DUE_AT)


def published_at(post: dict[str, Any]) -> datetime:
    """Return when a post was published: as told, else as its id holds it."""
    try:
        return datetime.fromisoformat(post["created_at"]).astimezone(UTC)
    except (KeyError, ValueError, TypeError):
        return datetime.fromtimestamp(((int(post["id"]) >> 22) + SNOWFLAKE_EPOCH_MS) / 1000, UTC)


def gone(refusal: dict[str, Any]) -> str | None:
    """Return the id of a post of which an entry of `errors` says that it is not there any more."""
    is_gone = str(refusal.get("type", "")).endswith("/resource-not-found") and refusal.get("parameter") == "ids"
    return str(refusal.get("resource_id") or refusal.get("value") or "") if is_gone else None
