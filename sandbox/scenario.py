"""A scenario file: what is planted in a world. Every key is explained in docs/sandbox.md."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sandbox.servers.faults import parse

SCENARIOS = Path(__file__).parent / "scenarios"
DEFAULT = SCENARIOS / "default.yml"
WARM_UP_DAYS = 14  # simulated before `start`, so that the first capture meets posts of every age

# kind: (default size, lowest, highest); the meaning of `size` differs by kind and is in docs/sandbox.md
INCIDENT_SIZES: dict[str, tuple[float, float, float]] = {
    "viral": (30.0, 1.0, 10_000.0),
    "volume": (0.3, 0.0, 10.0),
    "platform": (0.6, 0.0, 5.0),
    "access": (0.4, 0.0, 1.0),
    "ads_stop": (0.0, 0.0, 1.0),
    "follower_burst": (1500.0, 1.0, 10_000_000.0),
    "tracking_outage": (1.0, 0.0, 1.0),
    "landing_broken": (1.0, 0.0, 1.0),
    "settling_delay": (36.0, 1.0, 240.0),
    "definition_break": (1.3, 0.01, 100.0),
}

Digits = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class ScenarioError(ValueError):
    """A scenario that cannot be built: one sentence that names the file, the key and the remedy."""


class Strict(BaseModel):
    """Refuse unknown keys, so that a misspelt one is not silently without effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AdFlight(Strict):
    """Promoted impressions of an account: `daily_impressions` on each of `days` UTC days from `start`."""

    start: date
    days: int = Field(ge=1)
    daily_impressions: int = Field(ge=1)


class AccountSpec(Strict):
    """One Instagram or X account; `followers` is the level 14 days before the scenario's start."""

    platform: Literal["instagram", "x"]
    native_id: Digits
    handle: Annotated[str, Field(pattern=r"^[A-Za-z0-9._]{1,30}$")]
    followers: int = Field(ge=0, le=100_000_000)
    posts_per_week: float = Field(ge=0, le=200)
    ads: bool | tuple[AdFlight, ...] = False
    token: Name | None = None


class ShopSpec(Strict):
    """Shops whose visits follow Instagram's views of `lag_days` before with `elasticity`, or wander by themselves."""

    daily_visits: int = Field(ge=1)
    elasticity: float = Field(default=0.0, ge=-3, le=3)
    lag_days: int = Field(default=0, ge=0, le=WARM_UP_DAYS - 1)
    wander: float = Field(default=0.0, ge=0, le=1)


class BrandSpec(Strict):
    """One brand with its accounts, its site (a GA4 property) and its CRM (a HubSpot portal)."""

    brand_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    name: Name
    zone: str
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    accounts: tuple[AccountSpec, ...] = Field(min_length=1)
    ga4_property: Digits
    hubspot_portal: Digits
    service_hub: bool = False
    youtube_channel: Annotated[str, Field(pattern=r"^UC[A-Za-z0-9_-]{1,40}$")] | None = None
    shop: ShopSpec | None = None

    @model_validator(mode="after")
    def _a_shop_has_what_moves_it(self) -> BrandSpec:
        if self.shop and not any(account.platform == "instagram" and account.followers for account in self.accounts):
            raise ValueError("shop follows the views of an Instagram account with followers: add one")
        return self

    @field_validator("zone")
    @classmethod
    def _zone_has_whole_hours(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("is not an IANA time zone such as Asia/Tokyo")
        for month in (1, 7):
            offset = datetime(2026, month, 1, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
            if offset.total_seconds() % 3600:
                raise ValueError("has midnights between whole UTC hours: take a zone of whole hours")
        return zone


class Incident(Strict):
    """Something that happens to one account, brand or platform on `days` UTC days from `start`."""

    kind: Literal[tuple(INCIDENT_SIZES)]  # type: ignore[valid-type]
    account: Name
    start: date
    days: int = Field(default=1, ge=1)
    size: float | None = None

    @model_validator(mode="after")
    def _size_is_possible(self) -> Incident:
        _, lowest, highest = INCIDENT_SIZES[self.kind]
        if self.size is not None and not lowest <= self.size <= highest:
            raise ValueError(f"size of a {self.kind} incident must be between {lowest:g} and {highest:g}")
        return self

    @property
    def effect(self) -> float:
        """Return the planted size, or the kind's usual one."""
        return INCIDENT_SIZES[self.kind][0] if self.size is None else self.size


class CrmChange(Strict):
    """What becomes of one CRM object at the midnight that begins `at`; `number` counts a brand's objects by age.

    The `number`-th contact is merged into the `into`-th, or an object is archived, or erased without a trace.
    """

    kind: Literal["archived", "merged", "erased"]
    brand_id: Name
    object_type: Literal["contacts", "deals"] = "contacts"
    number: int = Field(ge=1)
    into: int | None = Field(default=None, ge=1)
    at: date

    @model_validator(mode="after")
    def _a_merge_has_a_winner(self) -> CrmChange:
        if (self.kind == "merged") != (self.into is not None) or self.into == self.number:
            raise ValueError("into names another object for a merge, and is left out otherwise")
        return self


class PostChange(Strict):
    """What becomes of the `number`-th own post, stories apart, that an account publishes from `start` on.

    It is deleted, or on X withheld in some countries, at the midnight that begins `at`; or on X edited once, half an
    hour after publication whatever `at` is.
    """

    kind: Literal["deleted", "withheld", "edited"]
    account: Digits
    number: int = Field(ge=1)
    at: date


class Fault(Strict):
    """A misbehaviour of a server: which path of which source, when, and what it answers."""

    source: Name
    path: Name = "*"
    when: Literal["always"] | dict[Literal["at", "nth"], Any] = "always"
    what: Name | dict[str, float]

    @model_validator(mode="after")
    def _servers_know_it(self) -> Fault:
        parse(self.model_dump())
        return self


class Scenario(Strict):
    """The whole file. The world runs over the UTC days [start, start + days)."""

    seed: int = Field(ge=0)
    start: date
    days: int = Field(ge=1, le=1500)
    brands: tuple[BrandSpec, ...] = Field(min_length=1)
    incidents: tuple[Incident, ...] = ()
    faults: tuple[Fault, ...] = ()
    crm_changes: tuple[CrmChange, ...] = ()
    post_changes: tuple[PostChange, ...] = ()

    @property
    def end(self) -> date:
        """Return the day after the last one: the midnight that begins it is the last present."""
        return self.start + timedelta(days=self.days)

    @model_validator(mode="after")
    def _names_are_unique_and_known(self) -> Scenario:
        names = [name for brand in self.brands for name in _own_names(brand)]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"brands: {doubled[0]} is used twice, give each its own id")
        for position, incident in enumerate(self.incidents):
            if incident.account not in {*names, "instagram", "x"}:
                raise ValueError(
                    f"incidents.{position}.account: {incident.account} is no native id, brand_id or platform "
                    "of this file"
                )
            if incident.start >= self.end or incident.start + timedelta(days=incident.days) <= self.start:
                raise ValueError(f"incidents.{position}.start: {incident.start} is outside of the world's days")
        for position, change in enumerate(self.crm_changes):
            if change.brand_id not in {brand.brand_id for brand in self.brands}:
                raise ValueError(f"crm_changes.{position}.brand_id: {change.brand_id} is no brand of this file")
        platforms = {account.native_id: account.platform for brand in self.brands for account in brand.accounts}
        for position, change in enumerate(self.post_changes):
            if platforms.get(change.account) != "x" and (change.account not in platforms or change.kind != "deleted"):
                raise ValueError(f"post_changes.{position}.account: {change.account} is no account that can have it")
        return self


def _own_names(brand: BrandSpec) -> list[str]:
    channels = [brand.youtube_channel] if brand.youtube_channel else []
    return [brand.brand_id, brand.ga4_property, brand.hubspot_portal, *channels, *(a.native_id for a in brand.accounts)]


REMEDIES = {"extra_forbidden": "remove it or correct its spelling", "missing": "add it"}


def load(path: Path | str = DEFAULT) -> Scenario:
    """Return the checked scenario of a YAML file, or raise a ScenarioError of one sentence."""
    path = Path(path)
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror}); name an existing file.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where else ""
        raise ScenarioError(f"{path}: is not YAML{line}; correct it there.") from error
    if not isinstance(document, dict):
        raise ScenarioError(f"{path}: holds no keys; start from sandbox/scenarios/small.yml.")
    try:
        return Scenario.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        reason = first["msg"].removeprefix("Value error, ")
        remedy = REMEDIES.get(first["type"], "docs/sandbox.md says what is allowed")
        raise ScenarioError(f"{path}: {key}: {reason}; {remedy}.") from error
