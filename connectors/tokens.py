"""Tokens that a source renews: kept in one private file, replaced as a whole, by one process at a time.

A source that rotates (X) invalidates a refresh token the moment it is used. So the file notes that a renewal has
begun before the source is asked, and the new pair replaces the note when it has come. A process killed in between
leaves the note: the old refresh token is tried once more, for the request may never have left; when it is refused, the
new pair was lost with the process, and only the account's owner can connect it again. Nothing can mend that from here.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.errors import TokenRefused
from connectors.streams import Account, Renewal

Renew = Callable[[str], Renewal]


@dataclass(frozen=True)
class Stored:
    """A pair of tokens as it is kept; `is_renewing` says that a renewal began and was never heard of again."""

    token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime | None
    is_renewing: bool = False

    def is_near_its_end(self, now: datetime, early: timedelta) -> bool:
        """Say whether the token will have ended within `early`."""
        return self.expires_at is not None and self.expires_at - now < early


@dataclass(frozen=True)
class TokenStore:
    """The tokens of all accounts in one file of mode 0600, which never lies below landing/ or published/."""

    path: Path

    def token(
        self,
        account: Account,
        seed: Stored,
        renew: Renew,
        now: datetime,
        early: timedelta,
        refused: str | None = None,
    ) -> str:
        """Return a token that is good for `early` at least, renewed if it is not or is the one that was `refused`.

        `seed` is what the environment holds: it counts until something was stored for the account.
        """
        with self._alone():
            kept = self._read(account) or seed
            # Another process may have renewed it while this one waited, or since it was refused.
            if kept.token and kept.token != refused and not kept.is_near_its_end(now, early):
                return kept.token
            if not kept.refresh_token:
                raise TokenRefused(
                    f"the token has ended and there is none to renew it: put a new one in {account.token_env}"
                )
            return self._renewed(account, kept, renew)

    def _renewed(self, account: Account, kept: Stored, renew: Renew) -> str:
        self._write(account, Stored(kept.token, kept.refresh_token, kept.expires_at, is_renewing=True))
        lost = None
        try:
            renewal = renew(kept.refresh_token)
        except TokenRefused as error:
            lost = error
        if lost:
            why = "a renewal broke off before its answer was kept" if kept.is_renewing else str(lost)
            raise TokenRefused(
                f"{account.source} account {account.account_id} can't be renewed ({why}): connect the account again,"
                f" take {account.source}:{account.account_id} out of {self.path} and put its new tokens into"
                " the environment"
            )
        self._write(account, Stored(renewal.token, renewal.refresh_token or kept.refresh_token, renewal.expires_at))
        return renewal.token

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the store against every other process; a killed one lets go of it."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.path.with_name(self.path.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _all(self) -> dict[str, dict]:
        try:
            return json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}

    def _read(self, account: Account) -> Stored | None:
        entry = self._all().get(f"{account.source}:{account.account_id}")
        if entry is None:
            return None
        told = entry["expires_at"]
        expires_at = datetime.fromisoformat(told).astimezone(UTC) if told else None
        return Stored(entry["token"], entry["refresh_token"], expires_at, entry["is_renewing"])

    def _write(self, account: Account, stored: Stored) -> None:
        entry = {
            "token": stored.token,
            "refresh_token": stored.refresh_token,
            "expires_at": stored.expires_at.isoformat() if stored.expires_at else None,
            "is_renewing": stored.is_renewing,
        }
        entries = self._all() | {f"{account.source}:{account.account_id}": entry}
        beside = self.path.with_name(self.path.name + ".tmp")
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(entries, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
