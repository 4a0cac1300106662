"""What was planted in a rehearsed world, and what a warehouse can know of it: plain Python, no SQL.

A capture is taken at each UTC midnight that ends a day of the scenario, so counters are known at those alone.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

PACIFIC = "America/Los_Angeles"
DAY = timedelta(days=1)
AGES_READ_ON_X = (5, 8, 13, 20, 28.9, 29)
READ_ON_X = timedelta(days=30)
FORMATS_ON_X = {"link": "text", "photo": "image", "text": "text", "video": "video", "thread": "thread"}
FEWEST_VIEWERS_OF_A_STORY = 5
X_COUNTERS = {
    "impressions": "impressions", "organic_impressions": "organic_impressions", "likes": "likes",
    "comments": "replies", "saves": "bookmarks", "reposts": "reposts", "quotes": "quotes",
    "profile_visits": "profile_visits", "link_clicks": "link_clicks",
}  # fmt: skip
MEDIA_COUNTERS = {
    "views": "organic_views", "engagements": "total_interactions", "likes": "organic_likes",
    "comments": "organic_comments", "saves": "saves", "shares": "organic_shares", "reposts": "organic_reposts",
}  # fmt: skip
# Asked post by post, and of reels not at all.
FEED_DETAILS = {"profile_visits": "organic_profile_visits", "follows": "follows"}
DETAILS_DAILY_DAYS, DETAILS_EVERY_DAYS = 7, 7
STORY_COUNTERS = {
    "views": "organic_views", "engagements": "total_interactions", "shares": "organic_shares",
    "profile_visits": "organic_profile_visits", "follows": "follows", "link_clicks": "organic_link_clicks",
}  # fmt: skip
STORY_FIELDS = {
    "likes": "organic_likes", "comments": "organic_comments", "saves": "saves", "shares": "organic_shares",
    "reposts": "organic_reposts",
}  # fmt: skip


def instant(text: str) -> datetime:
    """Read an instant of the truth."""
    return datetime.fromisoformat(text)


def midnight(day: date, zone: str = "UTC") -> datetime:
    """Return the instant at which a day begins in a zone."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


class Truth:
    """The truth files of one home, and the days that were captured in it."""

    def __init__(self, home: Path):
        self.folder = home / ".warehouse" / "truth"
        days = [date.fromisoformat(row["day"]) for row in self.rows("account_days") if row["day_zone"] == "UTC"]
        self.first, self.last = min(days), max(days)
        self.days = [self.first + number * DAY for number in range((self.last - self.first).days + 1)]
        self.end = midnight(self.last + DAY)

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return every row of a file, as text."""
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def zones(self) -> dict[str, str]:
        """Return the zone of each brand."""
        return {
            row["brand_id"]: row["day_zone"]
            for row in self.rows("account_days")
            if row["day_zone"] not in ("UTC", PACIFIC)
        }

    def brand_day(self, brand_id: str, moment: datetime) -> date:
        """Return the brand's day on which an instant falls."""
        return self.brand_clock(brand_id, moment).date()

    def brand_clock(self, brand_id: str, moment: datetime) -> datetime:
        """Return an instant as the brand's clocks show it."""
        return moment.astimezone(ZoneInfo(self.zones[brand_id]))

    def settled(self, day: date, zone: str, rereads: int) -> bool:
        """Say whether a day was last read 48 hours or more after its end."""
        last_read = min(midnight(day + (1 + rereads) * DAY), self.end)
        return last_read >= midnight(day + DAY, zone) + 2 * DAY

    @cached_property
    def posts(self) -> dict[str, dict[str, str]]:
        """Return every post that a capture could see: a story only while it lives, 24 hours."""
        return {
            f"{row['platform']}:{row['native_post_id']}": row
            for row in self.rows("posts")
            if row["surface"] != "story" or instant(row["published_at"]) >= midnight(self.first)
        }

    def captures(self, post: dict[str, str]) -> Iterator[date]:
        """Yield the days at whose end a post was read; on X only at its first run and at certain ages."""
        published = instant(post["published_at"])
        read_at_age = None
        for day in self.days:
            age = midnight(day + DAY) - published
            lives = {"story": DAY, "x": READ_ON_X}.get(post["surface"], timedelta.max)
            if not timedelta(0) <= age <= lives:
                continue
            if post["platform"] == "x" and read_at_age is not None and age > 4 * DAY:
                is_repost = post["referenced_type"] == "retweeted"
                if is_repost or not any(read_at_age < due * DAY <= age for due in AGES_READ_ON_X):
                    continue
            read_at_age = age
            yield day

    def has_details(self, post: dict[str, str], day: date) -> bool:
        """Say whether what only its type has was asked of a post at the end of a day: daily in its first week."""
        if post["platform"] != "instagram" or post["media_product_type"] != "FEED":
            return False
        captured = day + DAY
        age_days = (captured - instant(post["published_at"]).date()).days
        its_day = (crc32(post["native_post_id"].encode()) + captured.toordinal()) % DETAILS_EVERY_DAYS == 0
        return age_days <= DETAILS_DAILY_DAYS or its_day

    @cached_property
    def grown(self) -> dict[str, dict[date, dict[str, int]]]:
        """Return what each counter of a post grew on each UTC day of its life, by native id."""
        found: dict[str, dict[date, dict[str, int]]] = defaultdict(dict)
        for row in self.rows("post_days"):
            counters = {name: int(value) for name, value in list(row.items())[3:] if value}
            found[row["native_post_id"]][date.fromisoformat(row["day"])] = counters
        return found

    @cached_property
    def counters(self) -> set[str]:
        """Return the names of the additive counters."""
        return set(self.rows("post_days")[0]) - {"native_account_id", "native_post_id", "day"}

    def until(self, post: dict[str, str], day: date) -> dict[str, int]:
        """Return a post's counters at the end of a day."""
        total: dict[str, int] = defaultdict(int)
        for when, counters in self.grown[post["native_post_id"]].items():
            if when <= day:
                for name, value in counters.items():
                    total[name] += value
        return total

    def account_days(self, platform: str, zone: str) -> dict[tuple[str, date], dict[str, str]]:
        """Return the days of a platform's accounts in a zone, by account_id and day."""
        return {
            (f"{platform}:{row['native_account_id']}", date.fromisoformat(row["day"])): row
            for row in self.rows("account_days")
            if row["platform"] == platform and row["day_zone"] == zone
        }

    def gained_since(self, post: dict[str, str], before: date | None, day: date) -> dict[str, int]:
        """Return what a post's counters grew after the end of day `before` and up to the end of `day`."""
        earlier = self.until(post, before) if before else {}
        return defaultdict(int, {n: value - earlier.get(n, 0) for n, value in self.until(post, day).items()})

    def gained_on_x(self, account_id: str, day: date) -> dict[str, int]:
        """Return what an X account's own posts that were read at the end of a UTC day gained since they were before."""
        gained = Counter(dict.fromkeys(ON_X, 0))
        for post in self.posts.values():
            is_ours = f"x:{post['native_account_id']}" == account_id and post["referenced_type"] != "retweeted"
            read_on = [one for one in self.captures(post) if one <= day]
            if is_ours and day in read_on:
                told = as_told(post, self.gained_since(post, read_on[-2] if read_on[1:] else None, day))
                gained.update({name: told[name] for name in ON_X})
        return dict(gained)


def as_told(post: dict[str, str], counted: dict[str, int], with_details: bool = False) -> dict[str, int | None]:
    """Return counters under the marts' names, None where the platform tells nothing or was not asked."""
    told: dict[str, int | None] = dict.fromkeys(COUNTERS)
    if post["referenced_type"] == "retweeted":
        return told
    if post["platform"] == "x":
        told |= {name: counted[source] for name, source in X_COUNTERS.items()}
        told["engagements"] = sum(told[name] for name in ("likes", "comments", "saves", "reposts", "quotes"))
    elif post["surface"] == "story":
        told |= {name: counted[source] for name, source in STORY_FIELDS.items()}
        if counted["organic_views"] >= FEWEST_VIEWERS_OF_A_STORY:
            told |= {name: counted[source] for name, source in STORY_COUNTERS.items()}
    else:
        told |= {name: counted[source] for name, source in MEDIA_COUNTERS.items()}
        if with_details:
            told |= {name: counted[source] for name, source in FEED_DETAILS.items()}
    return told


def came_by(truth: Truth, person: dict[str, str], when: str) -> dict:
    """Return the day of a conversion and the tagged link that brought the person first."""
    is_tagged = person["medium"] in ("social", "paid_social")
    post_id = f"{person['source']}:{person['content']}"
    return {
        "conversion_date": truth.brand_day(person["brand_id"], instant(when)),
        "platform": person["source"] if is_tagged else "other",
        "post_id": post_id if is_tagged and post_id in truth.posts else None,
        "utm_content": person["content"] if is_tagged else None,
    }


COUNTERS = list(dict.fromkeys([*X_COUNTERS, *MEDIA_COUNTERS, *STORY_COUNTERS]))
ON_X = [name for name in (*X_COUNTERS, "engagements") if name != "organic_impressions"]
