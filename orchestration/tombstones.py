"""Who was erased, and when, under a keyed hash of the id: all that stays, and what a rebuild leaves alone."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

from orchestration.settings import Settings


def note(settings: Settings, erased: list[tuple[str, str]]) -> None:
    """Keep that somebody was erased, and when, under a keyed hash of the id."""
    _path(settings).parent.mkdir(parents=True, exist_ok=True)
    noted = {(one["account_id"], one["contact_hash"]) for one in _noted(settings)}
    with _path(settings).open("a", encoding="utf-8") as file:
        for account_id, contact_id in erased:
            contact_hash = hmac.new(settings.person_key, contact_id.encode(), hashlib.sha256).hexdigest()
            if (account_id, contact_hash) not in noted:
                told = {
                    "account_id": account_id,
                    "contact_hash": contact_hash,
                    "erased_at": datetime.now(UTC).isoformat(),
                }
                file.write(json.dumps(told) + "\n")


def latest(settings: Settings) -> datetime | None:
    """Return when somebody was last erased."""
    return max((datetime.fromisoformat(one["erased_at"]) for one in _noted(settings)), default=None)


def _noted(settings: Settings) -> list[dict[str, str]]:
    path = _path(settings)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _path(settings: Settings) -> Path:
    return settings.landing / "hubspot" / "erasures.ndjson"
