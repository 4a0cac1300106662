"""The score seeds as typed rows, each with the file and line on which it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field

from orchestration import seed_registry
from orchestration.seed_registry import Fault
from orchestration.settings import DBT_PROJECT

SEEDS = DBT_PROJECT / "seeds" / "score"
Key = tuple[str, int]


class Row(seed_registry.Row):
    """What every row of the score seeds has."""

    model_id: str
    model_version: int = Field(ge=1)

    @property
    def model(self) -> Key:
        """Return what names the model version."""
        return self.model_id, self.model_version


class Model(Row):
    """One row of score_models.csv; points unless its column says otherwise."""

    entity_type: str
    label_en: str
    label_ja: str
    scale_max: float = Field(gt=0)
    period_types: Literal["month", "quarter", "month quarter", "quarter month"]
    status: Literal["draft", "active", "archived"]
    min_people: int | None = Field(default=None, ge=1)
    drop_alert_points: float | None = Field(default=None, gt=0)
    low_alert_below: float | None = None
    low_alert_periods: int | None = Field(default=None, ge=1)
    when_stale: Literal["publish", "hold"] | None = None


class Signal(Row):
    """One row of score_signals.csv."""

    signal_id: str
    signal_order: int
    label_en: str
    label_ja: str
    source: str
    event_type: str
    among: str | None = None
    measure: Literal[
        "day_share", "week_share", "days", "events", "types", "quantity_sum", "quantity_mean", "quantity_share",
        "share", "member_share", "new_member_share", "stickiness", "open", "latest", "silence",
    ]  # fmt: skip
    window_type: Literal["period", "trailing", "as_of"]
    window_days: int | None = Field(default=None, ge=1)
    decay_half_life_days: float | None = Field(default=None, gt=0)
    count_mode: Literal["once", "per_unit"]
    threshold: float | None = None
    unit_size: float | None = Field(default=None, gt=0)
    rounding: Literal["floor", "half_up", "none"] | None = None
    weight: float
    cap: float | None = None
    exclusive_group: str | None = None
    score_group: str | None = None
    group_limit: float | None = None
    missing: Literal["zero", "reweight"] | None = None
    stale_after_days: int | None = Field(default=None, ge=0)


class Step(Row):
    """A stretch of the score's axis: its lower edge belongs to it."""

    label_en: str
    label_ja: str
    lower_incl: float
    upper_excl: float | None = None

    def holds(self, score: float) -> bool:
        """Tell whether a score belongs to the step."""
        return self.lower_incl <= score and (self.upper_excl is None or score < self.upper_excl)


class Band(Step):
    """One row of score_bands.csv, points. `upper_incl` is for tables of others, which close both edges."""

    band: str
    band_order: int
    upper_incl: float | None = None

    def holds(self, score: float) -> bool:
        """Tell whether a score belongs to the band."""
        return super().holds(score) and (self.upper_incl is None or score <= self.upper_incl)


class Action(Step):
    """One row of score_actions.csv, percent of the scale."""

    action_id: str


@dataclass
class Registry:
    """All rows of the four seeds, and what could not be read."""

    models: list[Model]
    signals: list[Signal]
    bands: list[Band]
    actions: list[Action]
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path = SEEDS) -> Registry:
        """Read the four seeds of `folder`; a row that can't be read becomes a fault."""
        faults: list[Fault] = []

        def rows(name: str, kind: type, *key: str) -> list:
            path = folder / f"{name}.csv"
            return list(seed_registry.rows(path, kind, ("model_id", "model_version", *key), faults, _model_of))

        return cls(
            rows("score_models", Model),
            rows("score_signals", Signal, "signal_id"),
            rows("score_bands", Band, "band"),
            rows("score_actions", Action, "action_id"),
            faults,
        )


def _model_of(cells: dict[str, str]) -> Key | None:
    name, version = cells.get("model_id"), cells.get("model_version", "")
    return (name, int(version)) if name and version.isdigit() else None
