"""Insights of an Instagram account: what is told at a present, and how a day settles.

Day       a US Pacific day; a bucket is labelled with its end
Settling  92 % of a figure until 24 h after the day's end, 98 % until 48 h after it, later in a settling delay
Late      follows_and_unfollows of a day is published between 24 and 48 h after its end; until then no results
Audience  followers by age and gender, country, city: shares of the level that the account alone decides
Not here  online_followers (answered as having no data)
"""

from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from sandbox.servers.instagram_query import SERIES_DAYS, TOTALS, Query
from sandbox.servers.wire import chance

PACIFIC = ZoneInfo("America/Los_Angeles")
FIRST_SHARE, SECOND_SHARE = 92, 98
POST_LIFE = timedelta(days=15)
PROFILED = 0.93  # the share of followers whose age or place is known
AUDIENCE = {
    "age": ("18-24", "25-34", "35-44", "45-54"),
    "gender": ("F", "M", "U"),
    "country": ("JP", "US", "DE", "FR"),
    "city": ("Tokyo, Tokyo", "Osaka, Osaka", "Berlin, Berlin"),
}
NEEDS_100_FOLLOWERS = {"follows_and_unfollows", "follower_count", "online_followers", "follower_demographics"}


class AccountInsights:
    """The figures of one world's Instagram accounts."""

    def __init__(self, view) -> None:
        self.view = view

    def entries(self, account, query: Query, present: datetime) -> list[dict]:
        """Return one entry a metric; a metric without data has none, which is not the same as zero."""
        has_enough = self.view.world.followers(account.node, present) >= 100
        found = []
        for name in query.metrics:
            if name in NEEDS_100_FOLLOWERS and not has_enough:
                continue
            values = self._values(account, name, query, present)
            if values is not None:
                found.append(_entry(account.account_id, name, query.period) | values)
        return found

    def _values(self, account, name: str, query: Query, present: datetime) -> dict | None:
        if name.endswith("demographics"):
            return self._audience(account, query.breakdown or "age", present)
        if name == "follower_count" or (name == "reach" and not query.is_total):
            values = self._series(account, name, query, present)
            return {"values": values} if values else None
        as_of = self.view.world.settled_until(account.account_id, present)
        if name not in TOTALS or query.since >= as_of or query.until <= self.view.first_instant:
            return None
        if name == "follows_and_unfollows":
            return self._follows(account, query, present)
        total = self.settled(account, name, query.since, query.until, present)
        if not query.breakdown:
            return {"total_value": {"value": total}}
        if query.breakdown == "media_product_type":
            results = self._by_surface(account, name, query, present)
        elif query.breakdown == "contact_button_type":
            results = [{"dimension_values": ["UNDEFINED"], "value": total}] if total else []
        else:
            # The two sides are settled apart, so the total of a breakdown is their sum.
            results = [
                {
                    "dimension_values": [kind.upper()],
                    "value": self.settled(account, f"{name}_{kind}", query.since, query.until, present),
                }
                for kind in ("follower", "non_follower")
            ]
            total = sum(result["value"] for result in results)
        breakdown = {"dimension_keys": [query.breakdown], "results": results}
        return {"total_value": {"value": total, "breakdowns": [breakdown]}}

    def settled(self, account, name: str, since: datetime, until: datetime, present: datetime) -> int:
        """Return a total as the source tells it at `present`: never above what it will be in the end."""
        as_of = self.view.world.settled_until(account.account_id, present)
        until = min(until, as_of)
        if since >= until:
            return 0
        total = self.view.totals(account.node, since, until)[name]
        whole_until = as_of - timedelta(hours=48)
        start = max(since, pacific_midnight(whole_until))
        while start < until:
            ends = pacific_midnight(start, days=1)
            if ends > whole_until:
                share = FIRST_SHARE if as_of < ends + timedelta(hours=24) else SECOND_SHARE
                part = self.view.totals(account.node, start, min(ends, until))[name]
                total -= part - part * share // 100
            start = ends
        return max(0, total)

    def _audience(self, account, breakdown: str, present: datetime) -> dict:
        keys = breakdown.split(",")
        groups = list(product(*(AUDIENCE[key] for key in keys)))
        weights = [0.2 + chance("audience", account.account_id, *group) for group in groups]
        level = self.view.world.followers(account.node, present)
        results = [
            {"dimension_values": list(group), "value": int(level * PROFILED * weight / sum(weights))}
            for group, weight in zip(groups, weights, strict=True)
        ]
        return {"total_value": {"breakdowns": [{"dimension_keys": keys, "results": results}]}}

    def _by_surface(self, account, name: str, query: Query, present: datetime) -> list[dict]:
        """Return what each kind of post brought; ads are a kind of their own, since views are organic."""
        until = min(query.until, self.view.world.settled_until(account.account_id, present))
        found = dict.fromkeys(("POST", "CAROUSEL_CONTAINER", "REEL", "STORY", "AD"), 0)
        for post in self.view.posts(account, until):
            if post.published_at < query.since - POST_LIFE:
                continue
            before, after = (self.view.world.post_counters(post, at) for at in (query.since, until))
            if post.published_at >= query.since:
                before = dict.fromkeys(before, 0)
            for counter, surface in _surfaces(post, name):
                found[surface] += after[counter] - before[counter]
        return [{"dimension_values": [surface], "value": value} for surface, value in found.items() if value]

    def _follows(self, account, query: Query, present: datetime) -> dict:
        if not query.breakdown:
            return {}
        gained = lost = 0
        is_published, start = False, query.since
        while start < min(query.until, present):
            ends = pacific_midnight(start, days=1)
            delay = timedelta(hours=24 + 24 * chance("follows", account.account_id, ends.date()))
            if present >= ends + delay:
                is_published = True
                more, fewer = self.view.world.follows_between(account.node, start, min(ends, query.until))
                gained, lost = gained + more, lost + fewer
            start = ends
        breakdown = {"dimension_keys": [query.breakdown]}
        if is_published:
            sides = (("FOLLOWER", gained), ("NON_FOLLOWER", lost))
            breakdown["results"] = [{"dimension_values": [side], "value": value} for side, value in sides if value]
        return {"total_value": {"breakdowns": [breakdown]}}

    def _series(self, account, name: str, query: Query, present: datetime) -> list[dict]:
        values, start = [], pacific_midnight(query.since)
        if start < query.since:
            start = pacific_midnight(start, days=1)
        while start < query.until and start < present:
            ends = pacific_midnight(start, days=1)
            if start >= self.view.first_instant and (name == "reach" or ends <= present):
                values.append(
                    {
                        "value": self._bucket(account, name, query.period, ends, present),
                        "end_time": stamp(ends),
                    }
                )
            start = ends
        return values

    def _bucket(self, account, name: str, period: str, ends: datetime, present: datetime) -> int:
        begins = pacific_midnight(ends, days=-SERIES_DAYS[period])
        if name == "follower_count":
            return self.view.world.follows_between(account.node, begins, ends)[0]
        return self.settled(account, name, begins, ends, present)


def _surfaces(post, name: str) -> list[tuple[str, str]]:
    """Return the counters of a post that make up an account's metric, each with the surface it counts for."""
    own = {"FEED": "POST", "REELS": "REEL", "STORY": "STORY"}[post.media_product_type]
    own = "CAROUSEL_CONTAINER" if post.media_type == "CAROUSEL_ALBUM" else own
    if name == "views":
        return [("organic_views", own), ("promoted_views", "AD")]
    if name == "reach":
        return [("reach", own), ("promoted_reach", "AD")]
    return [({"total_interactions": "engagements"}.get(name, name), own)]


def _entry(account_id: str, name: str, period: str) -> dict:
    title = TOTALS[name][0] if name in TOTALS else name.replace("_", " ").capitalize()
    described = f"{title} of the account in the time asked for."
    identity = f"{account_id}/insights/{name}/{period}"
    return {"name": name, "period": period, "title": title, "description": described, "id": identity}


def pacific_midnight(moment: datetime, days: int = 0) -> datetime:
    """Return the UTC instant of the last Pacific midnight not after `moment`, moved by whole Pacific days."""
    day = moment.astimezone(PACIFIC).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=PACIFIC).astimezone(moment.tzinfo)


def stamp(moment: datetime) -> str:
    """Return an instant as Graph writes it, without a colon in the offset."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}+0000"
