"""What was asked of a source, what it answered, and what that costs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal


@dataclass
class Usage:
    """What was asked of a source so far: requests made, bytes of answers, the quota left as it was last told.

    `reads` counts what the source bills, by kind, and `price_usd` is what that costs at the list price.
    """

    requests: int = 0
    bytes: int = 0
    quota_left: str | None = None
    reads: Counter[str] = field(default_factory=Counter)
    price_usd: Decimal = Decimal(0)

    def mark(self) -> Usage:
        """Return a copy to measure from."""
        return replace(self, reads=Counter(self.reads))

    def since(self, before: Usage) -> Usage:
        """Return what was used since `before`."""
        return Usage(
            self.requests - before.requests,
            self.bytes - before.bytes,
            self.quota_left,
            self.reads - before.reads,
            self.price_usd - before.price_usd,
        )
