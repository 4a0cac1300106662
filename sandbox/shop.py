"""Visits to a brand's shops: what people saw on Instagram some days before moves them, or nothing does."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sandbox.scenario import ShopSpec
from sandbox.streams import stream
from sandbox.world import World

# Instagram tells an account's views by these days.
DAYS_OF_VIEWS = ZoneInfo("America/Los_Angeles")


def visits(world: World, brand_id: str, spec: ShopSpec, day: date) -> int:
    """Return the visits of one day: `daily_visits` when as many views as followers came before, by the elasticity."""
    seen = views_per_follower(world, brand_id, day - timedelta(days=spec.lag_days))
    steps = (day - world.scenario.start).days + 1
    walk = sum(
        float(stream(world.scenario.seed, brand_id, "shop walk", number).normal(0, spec.wander))
        for number in range(steps if spec.wander else 0)
    )
    rng = stream(world.scenario.seed, brand_id, "shop", day.toordinal())
    return int(rng.poisson(spec.daily_visits * seen**spec.elasticity * np.exp(walk)))


def views_per_follower(world: World, brand_id: str, day: date) -> float:
    """Return the organic views of the brand's Instagram accounts on a US Pacific day, per follower at the origin."""
    begin, end = (datetime.combine(edge, time(), DAYS_OF_VIEWS) for edge in (day, day + timedelta(days=1)))
    accounts = [account for account in world.brands[brand_id].accounts if account.platform == "instagram"]
    views = sum(world.account_totals(account, begin, end)["views"] for account in accounts)
    return views / sum(account.followers_at_origin for account in accounts)
