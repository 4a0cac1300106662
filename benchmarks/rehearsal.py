"""Runs against the sandbox, for what has to be measured over real requests and a whole day."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import yaml

from orchestration import demo

PERSON_KEY = "no-real-people-in-a-benchmark"


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
