"""Where things lie and what the environment says; the only module that knows a path or a variable's name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from connectors import SOURCES
from connectors.streams import Account
from connectors.tokens import Stored, TokenStore

REPOSITORY = Path(__file__).resolve().parent.parent
DBT_PROJECT = REPOSITORY / "dbt_project"
EXPECTATIONS = REPOSITORY / "expectations"
DEFAULT_START = "2026-07-01"
ENGINES = ("duckdb", "spark")
NO_ROOM = ("No space left", "disk I/O error", "database or disk is full")


class Problem(Exception):
    """What a user can mend, in one sentence that names the thing and the remedy."""


@dataclass(frozen=True)
class Settings:
    """Everything a run needs to know of its surroundings; secrets are read from `environ` only at use."""

    home: Path
    environ: Mapping[str, str] = field(repr=False)

    @classmethod
    def load(cls, home: Path | str | None = None, environ: Mapping[str, str] | None = None) -> Settings:
        """Read `WAREHOUSE_HOME` (or take `home`) and make sure that the folder can be used."""
        environ = os.environ if environ is None else environ
        place = Path(home or environ.get("WAREHOUSE_HOME") or REPOSITORY).expanduser().resolve()
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Problem(f"WAREHOUSE_HOME {place} can't be used ({error.strerror}): choose another folder.") from None
        return cls(place, environ)

    def no_room(self, complaint: str) -> str | None:
        """Return the sentence about a full disk if that is what `complaint` is about."""
        free = shutil.disk_usage(self.home).free
        if not any(words in complaint for words in NO_ROOM):
            return None
        return (
            f"no room is left in {self.home} ({free:,} bytes are free): make room and run again; "
            "the last publication is still served."
        )

    @property
    def landing(self) -> Path:
        """Page files as they came, one folder a source and stream."""
        return self.home / "landing"

    @property
    def inbox(self) -> Path:
        """Where users drop files, one folder a kind."""
        return self.landing / "inbox"

    @property
    def engine(self) -> str:
        """What builds the models: `WAREHOUSE_ENGINE`, else DuckDB."""
        name = self.environ.get("WAREHOUSE_ENGINE") or ENGINES[0]
        if name not in ENGINES:
            raise Problem(f"WAREHOUSE_ENGINE is {name!r}: write {' or '.join(ENGINES)}.")
        return name

    @property
    def warehouse(self) -> Path:
        """The build file, of which Spark leaves only the ledger here; no reader ever opens it."""
        return self.home / ("warehouse.duckdb" if self.engine == "duckdb" else "ledger.duckdb")

    @property
    def lake(self) -> Path:
        """The raw tables as Spark reads them, in a folder of their own, since a rebuild replaces all of it.

        It lies below `WAREHOUSE_LAKE`, a path that every worker sees, else in the home.
        """
        named = self.environ.get("WAREHOUSE_LAKE")
        return (Path(named).expanduser().resolve() if named else self.home) / "lake"

    @property
    def published(self) -> Path:
        """What readers see: the symlink `marts.duckdb` and the versions it may point to."""
        return self.home / "published"

    @property
    def state(self) -> Path:
        """What tools keep between runs: Dagster's home, dbt's target, the run lock."""
        return self.home / ".warehouse"

    @property
    def dagster_home(self) -> Path:
        """Dagster's storage and a copy of the repository's dagster.yaml."""
        return self.state / "dagster"

    @property
    def dbt_target(self) -> Path:
        """dbt's manifest, partial parse and compiled SQL, which are another for each engine."""
        return self.state / ("dbt" if self.engine == "duckdb" else "dbt-spark")

    @property
    def accounts_file(self) -> Path:
        """`WAREHOUSE_ACCOUNTS`, else accounts.yml of the home, else the repository's."""
        named = self.environ.get("WAREHOUSE_ACCOUNTS")
        if named:
            return Path(named).expanduser()
        own = self.home / "accounts.yml"
        return own if own.exists() else REPOSITORY / "accounts.yml"

    @property
    def start_date(self) -> date:
        """The first day that is ever loaded."""
        text = self.environ.get("WAREHOUSE_START_DATE") or DEFAULT_START
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise Problem(f"WAREHOUSE_START_DATE is {text!r}: write a day as YYYY-MM-DD.") from None

    @property
    def person_key(self) -> bytes:
        """The key under which e-mail addresses are hashed before anything is written."""
        key = self.environ.get("WAREHOUSE_PERSON_KEY", "")
        if len(key) < 16:
            raise Problem(
                "WAREHOUSE_PERSON_KEY is missing or shorter than 16 characters: set it to a random text "
                "that stays the same for good, for people are recognised by it."
            )
        return key.encode()

    def base_url(self, source: str, day: date) -> str:
        """Return where `source` answers in the run of `day`.

        An address may hold `{present}`: then history is rehearsed, each day captured at the midnight after it.
        """
        declared = SOURCES[source]
        address = self.environ.get(declared.base_url_env) or declared.default_base_url
        return address.replace("{present}", (day + timedelta(days=1)).isoformat())

    def is_rehearsed(self, source: str) -> bool:
        """Say whether each day is captured at its own present rather than now."""
        return "{present}" in (self.environ.get(SOURCES[source].base_url_env) or "")

    def is_simulated(self, source: str) -> bool:
        """Say whether the answers come from this machine, and so of an invented world."""
        address = self.environ.get(SOURCES[source].base_url_env) or ""
        return self.is_rehearsed(source) or urlsplit(address).hostname in {"127.0.0.1", "localhost", "::1"}

    @property
    def token_store(self) -> TokenStore:
        """Where renewed tokens are kept: `WAREHOUSE_TOKENS`, else a private file of the user's; never in the home."""
        named = self.environ.get("WAREHOUSE_TOKENS") or "~/.config/social-metrics-warehouse/tokens.json"
        path = Path(named).expanduser().resolve()
        if path.is_relative_to(self.landing) or path.is_relative_to(self.published):
            raise Problem(f"WAREHOUSE_TOKENS {path} lies where data is kept or read: name a private file elsewhere.")
        return TokenStore(path)

    def token_of(self, account: Account, base_url: str, refused: str | None = None) -> str:
        """Return the account's token, renewed and stored where accounts.yml says what renews it.

        A token that was `refused` is renewed whatever is left of its life.
        """
        if not account.refresh_token_env:
            return self.token(account.token_env)
        source = SOURCES[account.source]
        client = self.token(account.client_id_env) if account.client_id_env else ""
        secret = self.token(account.client_secret_env) if account.client_secret_env else None
        now = datetime.now(UTC)
        # How long the environment's own token lives is not told, so it is renewed before its first use.
        seed = Stored("", self.environ.get(account.refresh_token_env, "").strip() or None, now)
        return self.token_store.token(
            account,
            seed,
            lambda refresh: source.renew(base_url, client, secret, refresh),
            now,
            source.renews_early,
            refused,
        )

    def token(self, variable: str) -> str:
        """Return the secret in `variable`; called just before it is used."""
        token = self.environ.get(variable, "").strip()
        if not token:
            raise Problem(f"{variable} is not set: put the account's token there (see .env.example).")
        return token
