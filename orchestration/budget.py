"""What a source bills: what a month has cost so far, and what a brand may still spend of its budget."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from connectors.streams import Account
from orchestration import landing
from orchestration.landing import BEGUN, BILL, SIDECAR
from orchestration.settings import Settings


def purse(account: Account) -> str:
    """Return whose money an account spends: its own, or that of a brand with a budget."""
    return account.account_id if account.monthly_budget_usd is None else f"of brand {account.brand_id}"


def siblings(account: Account, accounts: Iterable[Account]) -> frozenset[str]:
    """Return the ids of the brand's accounts of the source, which share its budget."""
    return frozenset(
        one.account_id for one in accounts if (one.source, one.brand_id) == (account.source, account.brand_id)
    )


def left(settings: Settings, account: Account, siblings: Collection[str], day: date) -> Decimal | None:
    """Return what the brand may still spend in the UTC month of the run of `day`, None without a limit."""
    if account.monthly_budget_usd is None:
        return None
    present = day + timedelta(days=1) if settings.is_rehearsed(account.source) else datetime.now(UTC).date()
    _, spent = billed(settings.landing, account.source, siblings, f"{present:%Y-%m}")
    return account.monthly_budget_usd - spent


def billed(landing_folder: Path, source: str, account_ids: Collection[str], month: str) -> tuple[Counter[str], Decimal]:
    """Return what the captures of a UTC month (YYYY-MM) were billed for, by kind, and the price in US dollars.

    What was broken off and never gone on with is billed too.
    """
    folder = landing_folder / source
    reads: Counter[str] = Counter()
    price = Decimal(0)
    # A window of a snapshot is the day of its capture.
    for sidecar in folder.glob(f"*/{month}-*/*{SIDECAR}"):
        if sidecar.name.partition(".")[0] in account_ids:
            capture = landing.read(sidecar)
            reads.update(capture.reads)
            price += Decimal(capture.price_usd)
    for bill in (*folder.glob(f"*/{month}-*/*{BEGUN}"), *folder.glob(f"*/{month}-*/*{BILL}")):
        if bill.name.partition(".")[0] in account_ids:
            told = json.loads(bill.read_text(encoding="utf-8"))
            reads.update(told["reads"])
            price += Decimal(told["price_usd"])
    return reads, price
