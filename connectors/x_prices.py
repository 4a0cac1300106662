"""What X charges for reading, in US dollars, pay-per-use.

Source     https://docs.x.com/x-api/getting-started/pricing, as of 2026-08-22; enterprise contracts differ
Billing    by resource returned, once a UTC day; a refused request and an empty answer cost nothing
Owned      posts and mentions of the app owner's own account cost less; which account that is can't be asked, so
           everything is reckoned at the full price unless accounts.yml says another (`prices_usd`)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connectors.x_posts import ids_asked

PER_RESOURCE = {"posts": Decimal("0.005"), "users": Decimal("0.010"), "counts": Decimal("0.005")}
PAGE_OF = re.compile(r"max_results=(\d+)")


@dataclass(frozen=True)
class XPrices:
    """X's price list, applied to requests and answers."""

    per_resource: Mapping[str, Decimal] = field(default_factory=lambda: PER_RESOURCE)

    def at(self, prices_usd: Mapping[str, Decimal]) -> XPrices:
        """Return the list with other prices in the place of these."""
        return XPrices({**self.per_resource, **prices_usd})

    def reads(self, asked: str, document: dict[str, Any]) -> dict[str, int]:
        """Count the posts, users or count requests that an answer is billed for."""
        data = document.get("data")
        count = len(data) if isinstance(data, list) else int(bool(data))
        kind = _kind(asked)
        if not kind or not count:
            return {}
        return {kind: 1 if kind == "counts" else count}

    def price_usd(self, reads: dict[str, int]) -> Decimal:
        """Return the list price of `reads`."""
        return sum((self.per_resource[kind] * count for kind, count in reads.items()), Decimal(0))

    def most_usd(self, asked: str) -> Decimal:
        """Return what the answer can cost at most: every resource that was asked for comes."""
        kind = _kind(asked)
        if not kind:
            return Decimal(0)
        page, ids = PAGE_OF.search(asked), ids_asked(asked)
        count = len(ids) or (int(page[1]) if page else 1)
        return self.per_resource[kind] * count


def _kind(asked: str) -> str | None:
    path = asked.partition("?")[0]
    if path.startswith("/2/tweets/counts"):
        return "counts"
    if path.startswith("/2/tweets") or path.endswith(("/tweets", "/mentions")):
        return "posts"
    return "users" if path.startswith("/2/users") else None
