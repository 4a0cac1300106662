"""Runs against the sandbox, for what has to be measured over real requests and a whole day."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import yaml

from orchestration import demo

GA4_PROPERTY, HUBSPOT_PORTAL = 310000000, 24000000
PERSON_KEY = "no-real-people-in-a-benchmark"


def brand(number: int, platform: str, native_id: str, **account: object) -> dict:
    """Return a brand of a scenario with one account; `account` is its followers, posts_per_week and ads."""
    name = f"brand{number:03d}"
    return {
        "brand_id": name,
        "name": name,
        "zone": "UTC",
        "currency": "EUR",
        "ga4_property": str(GA4_PROPERTY + number),
        "hubspot_portal": str(HUBSPOT_PORTAL + number),
        "accounts": [{"platform": platform, "native_id": native_id, "handle": f"{name}x", **account}],
    }


@contextmanager
def served(
    scenario: Path, folder: Path, start: str, present: str = demo.PRESENT
) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve `scenario`; yield the sandbox's root and the environment that points a run at it as of `present`."""
    with demo.sandbox(scenario, folder / "truth") as addresses:
        root = addresses["SANDBOX_URL"]
        accounts = folder / "accounts.yml"
        accounts.write_bytes(requests.get(f"{root}/accounts.yml", timeout=30).content)
        environ = {
            "WAREHOUSE_ACCOUNTS": str(accounts),
            "WAREHOUSE_START_DATE": start,
            "WAREHOUSE_PERSON_KEY": PERSON_KEY,
        }
        for brand in yaml.safe_load(accounts.read_text(encoding="utf-8"))["brands"]:
            # HubSpot's requests name no portal: the token tells whose it is.
            environ |= {account["token_env"]: f"token-of-{brand['brand_id']}" for account in brand["accounts"]}
        for name, address in addresses.items():
            if name.endswith("_BASE_URL"):
                environ[name] = f"{root}/at/{present}/{address.rsplit('/', 1)[1]}"
        yield root, {**os.environ, **environ}
