"""The brands' video channels: an upload every five days since long before the world's start, and who watched it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import exp

from sandbox.model import Brand
from sandbox.scenario import Scenario
from sandbox.streams import stream

EVERY_DAYS, BEFORE_START_DAYS = 5, 400
WATCHED_WITHIN_DAYS = 9.0
FOLLOWED = 3_000


@dataclass(frozen=True)
class Video:
    """One upload; `appeal` is how many views it will ever have, shares of them like and comment."""

    video_id: str
    title: str
    published_at: datetime
    appeal: int
    liked_share: float
    has_comments: bool

    def counts(self, at: datetime) -> dict[str, int]:
        """Return views, likes and comments to date."""
        days = max(0.0, (at - self.published_at).total_seconds() / 86_400)
        views = int(self.appeal * (1 - exp(-days / WATCHED_WITHIN_DAYS)))
        return {"views": views, "likes": int(views * self.liked_share), "comments": int(views * self.liked_share / 12)}


def uploads(scenario: Scenario, brand: Brand) -> list[Video]:
    """Return every video of a brand up to the world's end, oldest first."""
    first = datetime.combine(scenario.start, time(10), UTC) - timedelta(days=BEFORE_START_DAYS)
    count = (BEFORE_START_DAYS + scenario.days) // EVERY_DAYS
    draws = stream(scenario.seed, brand.brand_id, "video").random((count, 3))
    return [
        Video(
            video_id=f"{brand.brand_id[:4]}{number:07d}",
            title=f"{brand.name}, part {number + 1}",
            published_at=first + timedelta(days=EVERY_DAYS * number),
            appeal=int(200 + 20_000 * draw[0] ** 4),
            liked_share=0.02 + 0.05 * float(draw[1]),
            has_comments=bool(draw[2] > 0.1),
        )
        for number, draw in enumerate(draws)
    ]


def subscribers(videos: list[Video], at: datetime) -> int:
    """Return the channel's subscribers, rounded to three figures as YouTube does."""
    exact = FOLLOWED + sum(video.counts(at)["views"] // 200 for video in videos)
    return int(float(f"{exact:.3g}"))
