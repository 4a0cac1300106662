"""Worlds of two metrics with a planted relation, as rows of int_brand_metrics_by_period; many of them in one build."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp
from typing import Any

FIRST = date(2026, 1, 5)
WEEK = (1.0, 0.9, 1.1, 1.0, 1.3, 1.6, 1.4)


@dataclass(frozen=True)
class World:
    """`clicks` follow `displays` after `lag` days with `elasticity`, until `fades_on` days have gone."""

    name: str
    days: int = 150
    elasticity: float | None = 0.8
    lag: int = 0
    noise: float = 0.08
    fades_on: int | None = None

    @property
    def last(self) -> date:
        """Return the last day of the world."""
        return FIRST + timedelta(self.days - 1)

    def rows(self) -> list[dict[str, Any]]:
        """Return the days of both metrics; without an elasticity both wander, each on its own."""
        chance = random.Random(self.name)
        wander = [0.0, 0.0]
        displays: list[float] = []
        for _ in range(-self.lag, self.days):
            wander[0] += chance.gauss(0, 0.05 if self.elasticity is None else 0.02)
            own = 0.0 if self.elasticity is None else chance.gauss(0, 0.3)
            displays.append(9 + wander[0] + own)
        rows = []
        for day in range(self.days):
            wander[1] += chance.gauss(0, 0.05) if self.elasticity is None else 0.0
            is_tied = self.elasticity is not None and (self.fades_on is None or day < self.fades_on)
            pull = self.elasticity * (displays[day] - 9) if is_tied else chance.gauss(0, 0.2) + wander[1]
            clicks = 5 + pull + chance.gauss(0, self.noise)
            rows.append(self._row("displays", day, displays[day + self.lag]))
            rows.append(self._row("clicks", day, clicks))
        return rows

    def _row(self, metric_id: str, day: int, log_value: float) -> dict[str, Any]:
        at = FIRST + timedelta(day)
        value = exp(log_value) * WEEK[at.weekday()]
        return {
            "brand_id": self.name, "metric_id": metric_id, "period_type": "day", "period_start": at, "period_end": at,
            "value": value, "is_partial": False,
        }  # fmt: skip


def tables(worlds: list[World]) -> dict[str, list[dict[str, Any]]]:
    """Return the inputs of the models for worlds of one length."""
    last = worlds[0].last
    days = [FIRST + timedelta(day) for day in range((last - FIRST).days + 1)]
    pair = {"kgi_id": "g", "metric_id": "displays", "related_metric_id": "clicks", "is_edge": True}
    pair |= {"is_kpi": True, "is_candidate": True}
    return {
        "intermediate.int_kpi_relation_pairs": [pair | {"brand_id": world.name} for world in worlds],
        "intermediate.int_brand_metrics_by_period": [row for world in worlds for row in world.rows()],
        "intermediate.int_calendar_days": [{"date": day} for day in days],
        "intermediate.int_reporting_window": [{"first_date": FIRST, "last_date": last}],
    }
