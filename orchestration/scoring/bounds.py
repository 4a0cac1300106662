"""Which scores a model can give: its lowest and highest one, and where there are few enough each of them.

Signals are taken as free of each other, but for those that share an exclusive group and those that ask for the last
of the same events, of which one alone can count. So no score leaves these bounds.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestration.scoring.registry import Signal

MOST_SCORES = 20_000
# Measures that can't be above 1; all others know no end.
SHARES = frozenset(
    {
        "day_share", "week_share", "share", "quantity_share", "member_share", "new_member_share", "stickiness",
        "latest", "silence",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Reach:
    """Points that can come out: all of `points`, or anything between the ends when that is None."""

    lowest: float
    highest: float
    points: frozenset[float] | None = None

    @classmethod
    def of(cls, points: Iterable[float]) -> Reach:
        """Return the reach that consists of these points; of too many only their ends are kept."""
        values = frozenset(round(point, 6) for point in points)
        return cls(min(values), max(values), values if len(values) <= MOST_SCORES else None)

    def plus(self, other: Reach) -> Reach:
        """Return what the sum of two independent parts can be."""
        few = self.points and other.points and len(self.points) * len(other.points) <= 50 * MOST_SCORES
        if few:
            return Reach.of(mine + theirs for mine in self.points for theirs in other.points)
        return Reach(self.lowest + other.lowest, self.highest + other.highest)

    def held(self, limit: float | None) -> Reach:
        """Return the reach under a limit, which has the sign of what it limits."""
        if limit is None:
            return self
        cut = (lambda point: min(point, limit)) if limit >= 0 else (lambda point: max(point, limit))
        points = None if self.points is None else frozenset(cut(point) for point in self.points)
        return Reach(cut(self.lowest), cut(self.highest), points)


def most_n(signal: Signal) -> float:
    """Return the highest n of a signal, infinite where its measure knows no end."""
    most = 1.0 if signal.measure in SHARES else math.inf
    if signal.count_mode == "once":
        return 1.0 if most >= (signal.threshold or 0) else 0.0
    units = most / (signal.unit_size or 1)
    if math.isinf(units) or signal.rounding == "none":
        return units
    return float(math.floor(round(units + (0.5 if signal.rounding == "half_up" else 0), 9)))


def of_signal(signal: Signal) -> Reach:
    """Return the points that one signal can give or take."""
    end = signal.weight * most_n(signal) if signal.weight else 0.0
    if signal.cap is not None:
        end = min(end, signal.cap) if signal.weight > 0 else max(end, signal.cap)
    ends = Reach(min(end, 0.0), max(end, 0.0))
    continuous = signal.rounding == "none" or signal.missing == "reweight" or signal.decay_half_life_days
    steps = 0 if not signal.weight else end / signal.weight
    if math.isinf(end) or steps > MOST_SCORES or (continuous and signal.count_mode == "per_unit"):
        return ends
    if signal.missing == "reweight":
        return ends
    return Reach.of([*(signal.weight * n for n in range(math.floor(round(steps, 9)) + 1)), end])


def alternatives(signal: Signal) -> tuple:
    """Return the group of which one signal alone counts: its own, or all that ask for the last of the same events."""
    if signal.exclusive_group:
        return ("group", signal.exclusive_group)
    if signal.missing == "reweight":
        return ("signal", signal.signal_id)  # what another's absence hands on to it is counted as its own
    if signal.measure == "latest":
        return ("latest", signal.source, signal.among, signal.window_type, signal.window_days)
    return ("signal", signal.signal_id)


def of_model(signals: Sequence[Signal]) -> Reach:
    """Return the scores that a model can give."""
    limited: dict[str | None, list[Signal]] = defaultdict(list)
    for signal in signals:
        limited[signal.score_group].append(signal)
    total = Reach.of([0.0])
    for group, members in limited.items():
        limit = next((each.group_limit for each in members if each.group_limit is not None), None)
        total = total.plus(_sum(members).held(limit if group else None))
    return total


def _sum(signals: Sequence[Signal]) -> Reach:
    choices: dict[tuple, list[Reach]] = defaultdict(list)
    for signal in signals:
        choices[alternatives(signal)].append(of_signal(signal))
    total = Reach.of([0.0])
    for options in choices.values():
        total = total.plus(_one_of(options))
    return total


def _one_of(options: list[Reach]) -> Reach:
    if all(option.points for option in options):
        return Reach.of(point for option in options for point in option.points)
    return Reach(min(option.lowest for option in options), max(option.highest for option in options))
