"""Visits of a brand's site: clicks on posts and bio links, searches, direct and referred ones, and returns.

Each visitor is one row of uniform draws in the order of arrival, so that a longer world only adds rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox import rates
from sandbox.audience import ROW, VIEWS
from sandbox.browsing import DRAWS_A_VISIT, VISIT, Crowd, browse
from sandbox.incidents import Incidents
from sandbox.model import Brand
from sandbox.population import AccountLife
from sandbox.scenario import Scenario
from sandbox.schedule import landing_page
from sandbox.streams import HOUR, day_hour, instant, stream

# Places 1 to 6 are where the six campaigns lead.
PAGES = (
    "/", "/products/season", "/products/classic", "/blog/behind-the-scenes", "/blog/how-to", "/pricing",
    "/products/starter", "/products/travel", "/checkout", "/thanks",
)  # fmt: skip
RETURNS = 3
RETURNS_DIRECT_SHARE = 0.65
WAYS_BACK = np.array(list(rates.BASELINE_ORIGINS)[:2], "U24")
OWN_DRAWS = 7
DRAWS = OWN_DRAWS + 2 * RETURNS + DRAWS_A_VISIT * (1 + RETURNS)


@dataclass(frozen=True)
class Arrivals:
    """Clicks of one origin in order of time: their epoch hours, where from and where to."""

    hours: np.ndarray
    origins: np.ndarray  # rows of (source, medium, campaign, content)
    landings: np.ndarray
    loss: float  # share that never becomes a session
    key: tuple[str | int, ...]  # of the random stream


def visits(scenario: Scenario, brand: Brand, lives: list[AccountLife], incidents: Incidents) -> np.ndarray:
    """Return every visit of the brand's site before the world's end, sorted by start and visitor."""
    end = day_hour(scenario.end)
    arrivals = [part for life in lives for part in _from_account(brand, life, end)]
    arrivals += _baseline(scenario, brand, lives, end)
    found = [
        _visitors(scenario, brand, part, stream(scenario.seed, brand.brand_id, "visits", *part.key), incidents)
        for part in arrivals
        if part.hours.size
    ]
    rows = np.concatenate(found) if found else np.zeros(0, VISIT)
    rows = rows[rows["started_at"] < end * HOUR]
    return rows[np.lexsort((rows["visitor"], rows["started_at"]))]


def _from_account(brand: Brand, life: AccountLife, end: int) -> list[Arrivals]:
    platform, native_id = life.account.platform, life.account.native_id
    loss = 1 - rates.CLICK_TO_SESSION
    found = []
    for post in life.posts:
        for part, medium in (("link_clicks", "social"), ("promoted_link_clicks", "paid_social")):
            clicks = np.diff(post.counts[ROW[part]])
            hours = np.repeat(post.first_hour + np.arange(clicks.size), clicks)
            hours = hours[hours < end]
            origin = (platform, medium, post.campaign, post.native_id)
            found.append(_one_origin(hours, origin, landing_page(brand, post.campaign), loss, (medium, post.native_id)))
    bio = np.diff(life.bio_clicks + life.parts[ROW["bio_clicks"]])
    hours = np.repeat(life.first_hour + np.arange(bio.size), bio)
    hours = hours[hours < end]
    found.append(_one_origin(hours, (platform, "social", "bio", "bio"), "/", loss, ("bio", native_id)))
    return found


def _one_origin(hours: np.ndarray, origin: tuple[str, ...], page: str, loss: float, key: tuple) -> Arrivals:
    return Arrivals(
        hours, np.broadcast_to(np.array(origin, "U24"), (hours.size, 4)), np.full(hours.size, page, "U24"), loss, key
    )


def _baseline(scenario: Scenario, brand: Brand, lives: list[AccountLife], end: int) -> list[Arrivals]:
    """Return a day's searches, direct and referred visits; yesterday's views bring some of them."""
    origins = np.array(list(rates.BASELINE_ORIGINS), "U24")
    shares = np.array(list(rates.BASELINE_ORIGINS.values()))
    followers = sum(account.followers_at_origin for account in brand.accounts)
    landings = np.array(["/", brand.pages[1], brand.pages[4], "/pricing"], "U24")
    found = []
    first = lives[0].first_hour
    views = sum(life.parts[ROW[f"views_{k}"]] - life.parts[ROW[f"recounted_{k}"]] for life in lives for k in VIEWS)
    for hour in range(first, end, 24):
        rng = stream(scenario.seed, brand.brand_id, "baseline", hour // 24)
        low = hour - first
        yesterday = int(views[low] - views[max(low - 24, 0)])
        weekend = 0.8 if (hour // 24 + 3) % 7 >= 5 else 1.0
        mean = followers * rates.DAILY_SITE_VISITS_PER_FOLLOWER * weekend + yesterday * rates.BRANDED_VISITS_PER_VIEW
        count = int(rng.poisson(mean))
        local = np.array(rates.DIURNAL[(np.arange(24) + _offset(brand, hour)) % 24] / 24)
        hours = hour + np.sort(rng.choice(24, count, p=local / local.sum()))
        origin = rng.choice(len(origins), count, p=shares)
        landing = rng.choice(len(landings), count, p=(0.5, 0.2, 0.2, 0.1))
        found.append(Arrivals(hours, origins[origin], landings[landing], 0.0, ("baseline", hour // 24)))
    return found


def _offset(brand: Brand, hour: int) -> int:
    return int(instant(hour * HOUR).astimezone(brand.tz).utcoffset().total_seconds()) // HOUR


def _visitors(
    scenario: Scenario, brand: Brand, part: Arrivals, rng: np.random.Generator, incidents: Incidents
) -> np.ndarray:
    """Return the first visits of these arrivals and the returns that follow from them."""
    draws = rng.random((part.hours.size, DRAWS))
    kept = draws[:, 0] >= part.loss
    draws, origins = draws[kept], part.origins[kept]
    base = int(stream(scenario.seed, brand.brand_id, "visitors", *part.key).integers(1, 2**38))
    visitor = (base << 24) + np.arange(part.hours.size)[kept]
    started = (part.hours[kept] + draws[:, 1]) * HOUR
    if part.loss:
        started = started - rates.CLICK_LAG_MEAN_S * np.log1p(-draws[:, 2])
    interest = draws[:, 3] ** 1.6
    is_new = draws[:, 4] < np.array([rates.NEW_VISITOR_SHARE[medium] for medium in origins[:, 1].tolist()])
    first = Crowd(started, visitor, is_new, origins, part.landings[kept], interest, _own_draws(draws, 0))
    found = [browse(brand, first, incidents)]
    again = (draws[:, 5] < 0.12 + 0.3 * interest) * (1 + RETURNS * draws[:, 6] ** 2).astype(int)
    again[found[0]["is_broken"]] = 0
    for turn in range(RETURNS):
        started = started + 1_800 - rates.RETURN_LAG_MEAN_DAYS * 86_400 * np.log1p(-draws[:, OWN_DRAWS + 2 * turn])
        back = again > turn
        way = (draws[back, OWN_DRAWS + 2 * turn + 1] < RETURNS_DIRECT_SHARE).astype(int)
        crowd = Crowd(
            started[back], visitor[back], np.zeros(way.size, bool), WAYS_BACK[way],
            np.array([brand.pages[1], "/"], "U24")[way], np.minimum(interest[back] + 0.15, 1),
            _own_draws(draws[back], turn + 1),
        )  # fmt: skip
        found.append(browse(brand, crowd, incidents))
    return np.concatenate(found)


def _own_draws(draws: np.ndarray, turn: int) -> np.ndarray:
    low = OWN_DRAWS + 2 * RETURNS + DRAWS_A_VISIT * turn
    return draws[:, low : low + DRAWS_A_VISIT]
