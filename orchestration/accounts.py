"""accounts.yml: which brands there are, and which account of which source belongs to whom."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import pydantic
import yaml

from connectors import SOURCES
from connectors.streams import Account
from orchestration.settings import Problem

VARIABLE = r"^[A-Z][A-Z0-9_]*$"
MERGE = "tag:yaml.org,2002:merge"


class AccountEntry(pydantic.BaseModel):
    """One account of one source, the variable that holds its token, and on Instagram whom and what it watches."""

    model_config = pydantic.ConfigDict(extra="forbid")

    source: str
    account_id: str = pydantic.Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    handle: str | None = None
    token_env: str = pydantic.Field(pattern=VARIABLE)
    refresh_token_env: str | None = pydantic.Field(default=None, pattern=VARIABLE)
    client_id_env: str | None = pydantic.Field(default=None, pattern=VARIABLE)
    client_secret_env: str | None = pydantic.Field(default=None, pattern=VARIABLE)
    competitors: tuple[Annotated[str, pydantic.Field(pattern=r"^[A-Za-z0-9._]{1,30}$")], ...] = ()
    prices_usd: dict[Literal["posts", "users", "counts"], Annotated[Decimal, pydantic.Field(ge=0)]] = {}
    hashtags: tuple[Annotated[str, pydantic.Field(pattern=r"^\w{1,100}$")], ...] = pydantic.Field((), max_length=30)

    @pydantic.field_validator("account_id", mode="before")
    @classmethod
    def is_a_text(cls, account_id: object) -> object:
        """Refuse a number: YAML reads 0123 as 83, and an id is no quantity."""
        if isinstance(account_id, int | float):
            raise ValueError("write the id in quotes, since YAML changes some numbers")
        return account_id

    @pydantic.model_validator(mode="after")
    def can_be_renewed(self) -> AccountEntry:
        """Refuse half of what a renewal takes, and a renewal that the source has no way for."""
        # A token of Instagram's own login renews itself without any client.
        needs_client = self.source != "instagram" and self.refresh_token_env
        if (needs_client and not self.client_id_env) or (self.client_id_env and not self.refresh_token_env):
            raise ValueError("refresh_token_env and client_id_env go together")
        if self.refresh_token_env and SOURCES[self.source].renew is None:
            raise ValueError(f"tokens of {self.source} are not renewed: leave refresh_token_env and client_id_env out")
        return self

    @pydantic.field_validator("source")
    @classmethod
    def is_known(cls, source: str) -> str:
        """Refuse a source that no connector serves."""
        if source not in SOURCES:
            raise ValueError(f"unknown source {source!r}, known are {', '.join(sorted(SOURCES))}")
        return source

    @pydantic.model_validator(mode="after")
    def has_what_the_source_has(self) -> AccountEntry:
        """Refuse competitors, hashtags and prices where the source has none."""
        if self.source != "instagram" and (self.competitors or self.hashtags):
            raise ValueError(f"competitors and hashtags belong to an account of instagram, not of {self.source}")
        if self.source != "x" and self.prices_usd:
            raise ValueError(f"prices_usd belongs to an account of x, not of {self.source}")
        return self


class BrandEntry(pydantic.BaseModel):
    """One brand: its reporting zone, its currency, its accounts, and what sources that bill may cost in a UTC month."""

    model_config = pydantic.ConfigDict(extra="forbid")

    brand_id: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    name: str
    zone: str
    currency: str = pydantic.Field(pattern=r"^[A-Z]{3}$")
    monthly_budget_usd: Decimal | None = pydantic.Field(default=None, ge=0)
    accounts: list[AccountEntry] = pydantic.Field(min_length=1)

    @pydantic.field_validator("zone")
    @classmethod
    def is_a_zone(cls, zone: str) -> str:
        """Refuse what the zone database doesn't know."""
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"unknown zone {zone!r}, write an IANA name such as Asia/Tokyo") from None
        return zone


class AccountsFile(pydantic.BaseModel):
    """The whole file."""

    model_config = pydantic.ConfigDict(extra="forbid")

    brands: list[BrandEntry] = pydantic.Field(min_length=1)

    @pydantic.model_validator(mode="after")
    def has_no_twins(self) -> AccountsFile:
        """Refuse one brand or one account listed twice: its figures would count twice."""
        brands = [brand.brand_id for brand in self.brands]
        accounts = [(entry.source, entry.account_id) for brand in self.brands for entry in brand.accounts]
        handles = [(one.source, one.handle.lower()) for brand in self.brands for one in brand.accounts if one.handle]
        for name, listed in (("brand", brands), ("account", accounts), ("handle", handles)):
            twins = sorted(
                {item if isinstance(item, str) else " ".join(item) for item in listed if listed.count(item) > 1}
            )
            if twins:
                raise ValueError(f"{name} {', '.join(twins)} is listed twice")
        return self


class _Loader(yaml.SafeLoader):
    """YAML as the standard has it: a key that stands twice is refused, where the last would count in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """Return the mapping of a node."""
        names = [self.construct_object(key, deep=True) for key, _ in node.value if key.tag != MERGE]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"key {twice} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def read(path: Path) -> tuple[list[Account], dict[str, str]]:
    """Return the accounts of `path` and each brand's name."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 (a safe loader)
    except FileNotFoundError:
        raise Problem(f"{path} is missing: copy accounts.yml from the repository and fill it in.") from None
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        where = getattr(error, "problem_mark", None)
        place = f" at line {where.line + 1}" if where else ""
        why = f" ({error.problem})" if getattr(error, "problem", None) else ""
        raise Problem(f"{path} is not readable YAML{place}{why}: mend it and run again.") from None
    try:
        checked = AccountsFile.model_validate(document)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the top level"
        reason = first["msg"].removeprefix("Value error, ")
        raise Problem(f"{path}: {where}: {reason}: mend the entry and run again.") from None
    accounts = [
        Account(
            brand_id=brand.brand_id,
            source=entry.source,
            account_id=entry.account_id,
            handle=entry.handle,
            zone=brand.zone,
            currency=brand.currency,
            token_env=entry.token_env,
            monthly_budget_usd=brand.monthly_budget_usd,
            refresh_token_env=entry.refresh_token_env,
            client_id_env=entry.client_id_env,
            client_secret_env=entry.client_secret_env,
            competitors=tuple(handle.lower() for handle in entry.competitors),
            hashtags=tuple(hashtag.lower() for hashtag in entry.hashtags),
            prices_usd=dict(entry.prices_usd),
        )
        for brand in checked.brands
        for entry in brand.accounts
    ]
    return accounts, {brand.brand_id: brand.name for brand in checked.brands}
