"""What can be wrong with a signal by itself, and between two signals of one model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations

from orchestration.scoring.bounds import alternatives, most_n, of_signal
from orchestration.scoring.registry import Signal
from orchestration.seed_registry import Fault

# Measures that rise together, since they count the same thing.
FAMILIES = (
    {"day_share", "week_share", "days", "events", "stickiness"},
    {"types"},
    {"quantity_sum", "quantity_mean"},
    {"quantity_share"},
    {"member_share"},
    {"new_member_share"},
    {"open"},
    {"latest", "share"},
    {"silence"},
)
# Measures that look for events among others, and those that ask over how many days of the window events spread.
PARTS = {"latest", "share", "quantity_share", "member_share"}
SPREADS = {"day_share", "week_share", "stickiness", "new_member_share"}
Rule = tuple[str, Callable[[Signal], bool], str]
# Kind, when it is broken, and what to do; columns of the signal may be named in the sentence.
RULES: tuple[Rule, ...] = (
    ("no_weight", lambda s: s.weight == 0, "its weight is 0 and it never counts: give it points or remove it."),
    (
        "endless_reward",
        lambda s: s.weight > 0 and math.isinf(of_signal(s).highest),
        "its weight has no cap, so that no scale can hold it: set cap to the most points that it may give.",
    ),
    (
        "cap_sign",
        lambda s: s.cap is not None and s.cap * s.weight <= 0,
        "cap {cap:g} has not the sign of weight {weight:g}: write both with the same sign.",
    ),
    (
        "cap_below_weight",
        lambda s: s.cap is not None and s.cap * s.weight > 0 and abs(s.cap) < abs(s.weight) and s.rounding != "none",
        "cap {cap:g} cuts already the first {weight:g} points: lower the weight or raise the cap.",
    ),
    (
        "never_counts",
        lambda s: s.weight != 0 and most_n(s) == 0,
        "{measure} is never above 1, so that it can't reach its threshold or unit: lower threshold or unit_size.",
    ),
    (
        "no_unit",
        lambda s: s.count_mode == "per_unit" and s.unit_size is None,
        "per_unit needs unit_size: say what one n stands for.",
    ),
    (
        "window_days",
        lambda s: (s.window_type == "trailing") != (s.window_days is not None),
        "window_days and window_type trailing need each other: give both or neither.",
    ),
    (
        "no_among",
        lambda s: (s.measure in PARTS) != (s.among is not None),
        "among goes with the measures latest and those of a part, and with no other: fill or empty it.",
    ),
    (
        "endless_window",
        lambda s: s.window_type == "as_of" and s.measure in SPREADS,
        "{measure} is a share of a window's days, and as_of has no first one: use period or trailing.",
    ),
    (
        "decay_and_time_frame",
        lambda s: s.decay_half_life_days is not None and s.window_type != "as_of",
        "decay and a time frame both age its events: keep decay_half_life_days with window_type as_of, or the window.",
    ),
    (
        "decay_of_a_measure_that_has_none",
        lambda s: s.decay_half_life_days is not None and s.measure not in {"events", "quantity_sum"},
        "decay is for the measures events and quantity_sum: empty decay_half_life_days.",
    ),
    (
        "group_limit",
        lambda s: (s.score_group is None) != (s.group_limit is None),
        "score_group and group_limit need each other: give both or neither.",
    ),
    (
        "group_limit_sign",
        lambda s: s.group_limit is not None and s.group_limit * s.weight <= 0,
        "group_limit {group_limit:g} has not the sign of weight {weight:g}: put it into another group.",
    ),
    (
        "reweight",
        lambda s: s.missing == "reweight" and bool(s.weight <= 0 or s.exclusive_group or s.score_group),
        "missing reweight is for rewards outside exclusive_group and score_group: write zero.",
    ),
)


def of_signals(signals: Sequence[Signal]) -> Iterator[Fault]:
    """Yield the faults of the signals of one model."""
    for signal in signals:
        for kind, is_broken, remedy in RULES:
            if is_broken(signal):
                yield _fault(kind, signal, remedy.format(**signal.model_dump()))
    for one, other in permutations(signals, 2):
        share_a_group = one.score_group and one.score_group == other.score_group
        if share_a_group and one.line > other.line and one.group_limit != other.group_limit:
            limits = f"group_limit is {one.group_limit} here and {other.group_limit} in line {other.line}"
            yield _fault("two_group_limits", one, f"{limits}: a score_group has one.")
        if _is_dominated(one, other):
            remedy = f"{other.signal_id} counts at least as much whenever it does: swap their weights or remove it."
            yield _fault("dominated", one, remedy)
        elif one.line > other.line and _count_the_same(one, other):
            remedy = f"it counts events that {other.signal_id} counts already: give both one exclusive_group."
            yield _fault("counted_twice", one, remedy)


def _fault(kind: str, signal: Signal, remedy: str) -> Fault:
    return Fault(kind, signal.file, signal.line, f"signal {signal.signal_id}: {remedy}", signal.model)


def _is_dominated(weak: Signal, strong: Signal) -> bool:
    """Tell whether `strong` takes every place in their group that `weak` could."""
    same = ("exclusive_group", "source", "event_type", "among", "measure", "window_type", "window_days", "count_mode")
    if weak.exclusive_group is None or any(getattr(weak, name) != getattr(strong, name) for name in same):
        return False
    if weak.count_mode == "per_unit" or weak.weight * strong.weight <= 0:
        return False
    reaches = (strong.threshold or 0) <= (weak.threshold or 0)
    more = abs(strong.weight) > abs(weak.weight) or (
        abs(strong.weight) == abs(weak.weight) and strong.signal_order < weak.signal_order
    )
    return reaches and more


def _count_the_same(one: Signal, other: Signal) -> bool:
    if one.source != other.source or one.weight * other.weight <= 0 or alternatives(one) == alternatives(other):
        return False
    if one.score_group and one.score_group == other.score_group:
        return False
    alike = any({one.measure, other.measure} <= family for family in FAMILIES)
    return alike and can_meet(one.event_type, other.event_type)


def can_meet(one: str, other: str) -> bool:
    """Tell whether some text matches both LIKE patterns."""
    if not one or not other:
        return not (one + other).strip("%")
    if one[0] == "%":
        return can_meet(one[1:], other) or can_meet(one, other[1:])
    if other[0] == "%":
        return can_meet(one, other[1:]) or can_meet(one[1:], other)
    return (one[0] == other[0] or "_" in (one[0], other[0])) and can_meet(one[1:], other[1:])
