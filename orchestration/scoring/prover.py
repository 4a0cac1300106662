"""`warehouse score prove`: what a model can give, and each of its faults with file, line and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.scoring import bounds, signal_faults
from orchestration.scoring.bounds import Reach
from orchestration.scoring.registry import SEEDS, Band, Model, Registry, Row, Signal, Step
from orchestration.seed_registry import Fault
from orchestration.settings import Problem

# Who may be scored only where enough others are with them, or not at all.
FEWEST_PEOPLE = 5
GROUPS_OF_PEOPLE = {"department", "team"}
NOT_ONE_BY_ONE = {"employee", "viewer", "visitor", "follower", "profile_visitor"}


@dataclass(frozen=True)
class Proof:
    """What was found out about one model version."""

    model: Model
    reach: Reach
    endless: tuple[Signal, ...]
    faults: tuple[Fault, ...]

    @property
    def line(self) -> str:
        """Say what the model can give, `n` standing for units without end."""
        low = self._end(lambda signal: signal.weight < 0, self.reach.lowest)
        high = self._end(lambda signal: signal.weight > 0, self.reach.highest)
        name = f"{self.model.model_id} {self.model.model_version} ({self.model.status})"
        why = f"; n: no cap on {', '.join(signal.signal_id for signal in self.endless)}" if self.endless else ""
        return f"{name}: lowest {low}, highest {high} of {self.model.scale_max:g}{why}"

    def _end(self, is_this_way, finite_end: float) -> str:
        endless = [signal for signal in self.endless if is_this_way(signal)]
        return f"{finite_end:g}" + "".join(f" {'-' if s.weight < 0 else '+'} {abs(s.weight):g}n" for s in endless)


def prove(folder: Path = SEEDS) -> tuple[list[Proof], list[Fault]]:
    """Return the proof of every model that is not archived, and the faults that belong to none of them."""
    registry = Registry.read(folder)
    known = {model.model for model in registry.models}
    proofs = [_proof(registry, model) for model in registry.models if model.status != "archived"]
    proved = {proof.model.model for proof in proofs}
    rows = [*registry.signals, *registry.bands, *registry.actions]
    stray = [
        Fault("unknown_model", row.file, row.line, f"{row.model_id} {row.model_version} is not in score_models.csv.")
        for row in rows
        if row.model not in known
    ]
    return proofs, [*(fault for fault in registry.faults if fault.owner not in proved), *stray]


def require_sound(folder: Path = SEEDS) -> None:
    """Stop with a sentence per fault unless every active model is consistent."""
    proofs, stray = prove(folder)
    faults = [*stray, *(fault for proof in proofs if proof.model.status == "active" for fault in proof.faults)]
    if faults:
        raise Problem("\n".join(str(fault) for fault in faults))


def _proof(registry: Registry, model: Model) -> Proof:
    signals = [signal for signal in registry.signals if signal.model == model.model]
    bands = sorted((band for band in registry.bands if band.model == model.model), key=lambda band: band.lower_incl)
    actions = [action for action in registry.actions if action.model == model.model]
    ends = {signal.signal_id: bounds.of_signal(signal) for signal in signals}
    endless = tuple(s for s in signals if max(-ends[s.signal_id].lowest, ends[s.signal_id].highest) == float("inf"))
    finite = bounds.of_model([signal for signal in signals if signal not in endless])
    faults = [
        *(fault for fault in registry.faults if fault.owner == model.model),
        *_of_model(model, signals, bands),
        *signal_faults.of_signals(signals),
        *_of_scale(model, finite, endless),
        *_of_bands(bands, bounds.of_model(signals)),
        *_overlaps(actions, "action_id"),
    ]
    for action in actions:
        if action.lower_incl * model.scale_max / 100 > finite.highest:
            sentence = f"action {action.action_id} begins above the highest score_pct: lower lower_incl."
            faults.append(_fault("unreachable_action", action, sentence))
    return Proof(model, finite, endless, tuple(faults))


def _of_model(model: Model, signals: Sequence[Signal], bands: Sequence[Band]) -> Iterator[Fault]:
    if model.status == "active" and not (signals and bands):
        yield _fault("without_parts", model, "an active model has signals and bands: add them or make it a draft.")
    if model.entity_type in NOT_ONE_BY_ONE:
        sentence = f"{model.entity_type}s are not scored one by one: score a department, or customers who gave consent."
        yield _fault("identity", model, sentence)
    if model.entity_type in GROUPS_OF_PEOPLE and (model.min_people or 0) < FEWEST_PEOPLE:
        sentence = f"a {model.entity_type} of few gives its people away: set min_people to {FEWEST_PEOPLE} or more."
        yield _fault("min_people", model, sentence)


def _of_scale(model: Model, finite: Reach, endless: tuple[Signal, ...]) -> Iterator[Fault]:
    if any(signal.weight > 0 for signal in endless) or round(finite.highest - model.scale_max, 4) == 0:
        return
    sentence = f"scale_max is {model.scale_max:g}, but the highest score is {finite.highest:g}: make them the same."
    yield _fault("scale", model, sentence)


def _of_bands(bands: Sequence[Band], reach: Reach) -> Iterator[Fault]:
    yield from _overlaps(bands, "band")
    for below, band in zip([None, *bands], bands, strict=False):
        ends_at = below and (below.upper_excl if below.upper_incl is None else below.upper_incl)
        if below is None and band.lower_incl != 0:
            yield _fault("band_start", band, f"the lowest band {band.band} begins at 0, where scores below 0 are put.")
        elif below and ends_at is not None and ends_at < band.lower_incl:
            sentence = (
                f"no band holds {ends_at:g} to {band.lower_incl:g}: let {below.band} end where {band.band} begins."
            )
            yield _fault("band_gap", band, sentence)
        if not _is_reached(band, reach):
            yield _fault(
                "unreachable_band", band, f"no score falls into band {band.band}: move its edges or remove it."
            )
    if bands and bands[-1].upper_excl is not None:
        top = bands[-1]
        yield _fault("band_end", top, f"the highest band {top.band} has no upper_excl: empty it.")


def _is_reached(band: Band, reach: Reach) -> bool:
    if reach.points is not None:
        return any(band.holds(max(point, 0.0)) for point in reach.points)
    low, high = max(reach.lowest, 0.0), max(reach.highest, 0.0)
    return band.lower_incl <= high and (band.upper_excl is None or low < band.upper_excl)


def _overlaps(steps: Sequence[Step], name: str) -> Iterator[Fault]:
    for step in steps:
        for other in steps:
            is_above = (other.lower_incl, other.line) < (step.lower_incl, step.line)
            if is_above and other.holds(step.lower_incl):
                mine, theirs = getattr(step, name), getattr(other, name)
                edge = f"{step.lower_incl:g}"
                sentence = f"{mine} and {theirs} both hold {edge}: let {theirs} end with upper_excl {edge}."
                yield _fault("overlap", step, sentence)


def _fault(kind: str, row: Row, sentence: str) -> Fault:
    return Fault(kind, row.file, row.line, sentence, row.model)
