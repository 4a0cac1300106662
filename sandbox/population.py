"""One account lived day by day: followers make views, views make followers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sandbox import rates
from sandbox.audience import PARTS, ROW, hours_of_life, organic_increments, promoted_increments
from sandbox.incidents import Incidents
from sandbox.model import Brand, Post, SocialAccount
from sandbox.scenario import WARM_UP_DAYS, AccountSpec, Scenario
from sandbox.schedule import posts_of_day
from sandbox.streams import day_hour, stream

AD_CYCLE_DAYS, AD_FLIGHT_DAYS, AD_IMPRESSIONS_PER_FOLLOWER = 21, 6, 0.3  # what `ads: true` means
PROMOTABLE_DAYS = 10
UNINVITED_FOLLOWS = 640  # accounts that an intruder follows within the first six hours
FOLLOWED_AT_ORIGIN = 180


@dataclass
class AccountLife:
    """An account's posts and its hourly history, cumulative: column k is the state at `first_hour` + k."""

    account: SocialAccount
    first_hour: int
    posts: list[Post]
    parts: np.ndarray  # PARTS x (hours + 1): sums over its posts
    promoted_content: dict[int, str]  # epoch day number: post that was promoted
    gained: np.ndarray
    lost: np.ndarray
    profile_visits: np.ndarray  # of people who came without a post
    bio_clicks: np.ndarray  # theirs


def live(
    scenario: Scenario, brand: Brand, account: SocialAccount, spec: AccountSpec, incidents: Incidents
) -> AccountLife:
    """Return the account's life from 14 days before the start to the end; posts fade out after it."""
    days = WARM_UP_DAYS + scenario.days
    first_day = scenario.start - timedelta(days=WARM_UP_DAYS)
    hours = days * 24 + rates.POST_LIFE_HOURS + 24
    first_hour = day_hour(first_day)
    sums = np.zeros((len(PARTS), hours), np.int64)
    gained, lost, visits, bio = (np.zeros(hours, np.int64) for _ in range(4))
    posts: list[Post] = []
    promoted: dict[int, str] = {}
    level, idle = account.followers_at_origin, 0
    viral = incidents.on_account("viral", account)
    for number in range(days):
        day = first_day + timedelta(days=number)
        low = number * 24
        today = slice(low, low + 24)
        rng = stream(scenario.seed, brand.brand_id, account.native_id, "day", day.toordinal())
        _promote(scenario, brand, account, spec, incidents, posts, day, sums, low, promoted)
        factor = float(incidents.factor(("volume",), account, first_hour + low, 1)[0])
        for post in posts_of_day(scenario.seed, brand, account, day, spec.posts_per_week, factor):
            _make_viral(post, viral, incidents)
            post.counts = organic_increments(scenario.seed, post, brand, max(level - idle, 0), incidents)
            offset = post.first_hour - first_hour
            sums[:, offset : offset + post.counts.shape[1]] += post.counts
            posts.append(post)
        share = rates.DIURNAL / 24
        visits[today] = rng.poisson(level * rates.DAILY_PROFILE_VISITS_PER_FOLLOWER * share)
        bio[today] = rng.binomial(visits[today], rates.BIO_CLICKS_PER_PROFILE_VISIT[account.platform])
        gained[today] = sums[ROW["follows"], today] + rng.binomial(
            visits[today], rates.FOLLOWS_PER_PROFILE_VISIT[account.platform]
        )
        leaving = min(int(rng.poisson((level - idle) * rates.DAILY_CHURN)), level - idle)
        idle_leaving = min(int(rng.poisson(idle * rates.BURST_CHURN)), idle)
        lost[today] = rng.multinomial(leaving + idle_leaving, share / share.sum())
        arriving = _burst(incidents, account, first_hour + low)
        gained[today] += rng.multinomial(arriving, share / share.sum())
        idle += arriving - idle_leaving
        level += int(gained[today].sum() - lost[today].sum())
    for post in posts:
        post.counts = _cumulative(post.counts).astype(np.int32)
    return AccountLife(
        account,
        first_hour,
        posts,
        _cumulative(sums),
        promoted,
        *(_cumulative(row) for row in (gained, lost, visits, bio)),
    )


def _cumulative(increments: np.ndarray) -> np.ndarray:
    zero = np.zeros((*increments.shape[:-1], 1), np.int64)
    return np.concatenate([zero, np.cumsum(increments, axis=-1)], axis=-1)


def _make_viral(post: Post, windows: list, incidents: Incidents) -> None:
    """Let the first post of one's own after a viral incident's start be the one that goes round."""
    for window in windows:
        key = (post.account.native_id, window.first)
        is_candidate = post.is_own and not post.is_story and post.in_reply_to is None
        if is_candidate and post.first_hour >= window.first and key not in incidents.viral_posts:
            incidents.viral_posts[key] = post.native_id
            post.boost *= window.size


def _burst(incidents: Incidents, account: SocialAccount, hour: int) -> int:
    """Return how many idle followers arrive on the day that begins at `hour`: the size in equal parts."""
    total = 0
    for window in incidents.on_account("follower_burst", account):
        if window.first <= hour < window.last:
            days, number = (window.last - window.first) // 24, (hour - window.first) // 24
            total += int(window.size) * (number + 1) // days - int(window.size) * number // days
    return total


def _ads_of_day(scenario: Scenario, account: SocialAccount, spec: AccountSpec, day: date) -> float:
    if spec.ads is True:
        cycle, position = divmod(day.toordinal(), AD_CYCLE_DAYS)
        start = stream(scenario.seed, account.brand_id, account.native_id, "ads", cycle).integers(
            AD_CYCLE_DAYS - AD_FLIGHT_DAYS
        )
        runs = start <= position < start + AD_FLIGHT_DAYS
        return account.followers_at_origin * AD_IMPRESSIONS_PER_FOLLOWER * runs
    flights = spec.ads or ()
    return float(sum(f.daily_impressions for f in flights if f.start <= day < f.start + timedelta(days=f.days)))


def _promote(
    scenario: Scenario, brand: Brand, account: SocialAccount, spec: AccountSpec, incidents: Incidents,
    posts: list[Post], day: date, sums: np.ndarray, low: int, promoted: dict[int, str],
) -> None:  # fmt: skip
    """Spend the day's ads on the newest post of the days before, on X on the newest with a link."""
    impressions = _ads_of_day(scenario, account, spec, day)
    oldest = day_hour(day) - PROMOTABLE_DAYS * 24
    able = [post for post in posts if post.is_own and not post.is_story and post.first_hour >= oldest]
    if not impressions or not able:
        return
    linked = [post for post in able if post.link_url]
    post = (linked or able)[-1]
    rng = stream(scenario.seed, brand.brand_id, account.native_id, "promoted", day.toordinal())
    parts = promoted_increments(rng, post, brand, day_hour(day), impressions, incidents)
    offset = day_hour(day) - post.first_hour
    room = max(min(24, hours_of_life(post) - offset), 0)
    post.counts[:, offset : offset + room] += parts[:, :room]
    sums[:, low : low + room] += parts[:, :room]
    promoted[day.toordinal()] = post.native_id
