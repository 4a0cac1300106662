"""Who reads, and what of: a language, a brand and a period over one version of the published file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dashboard import figures
from dashboard.served import Row, Served
from dashboard.words import Words


@dataclass(frozen=True)
class Reader:
    """The choices of a reader; every question is asked with them."""

    served: Served
    words: Words
    brand: str
    currency: str | None
    period_type: str
    period_start: date
    period_end: date
    is_partial: bool = False

    @property
    def previous_start(self) -> date:
        """The first day of the period before."""
        before = self.period_start - timedelta(days=1)
        return before.replace(day=1) if self.period_type == "month" else self.period_start - timedelta(days=7)

    def ask(self, question: str, **values: Any) -> list[Row]:
        """Return a question's rows for this brand and period, and for what else it wants to know."""
        chosen = {name: getattr(self, name) for name in ("brand", "period_type", "period_start", "period_end")}
        return self.served.ask(question, previous_start=self.previous_start, **{**chosen, **values})

    def label(self, row: Row, name: str = "label") -> str:
        """Return the label of a row in the reader's language, as its table tells it."""
        return row.get(f"{name}_{self.words.language}") or row.get(f"{name}_en") or ""

    def shown(self, value: figures.Number, unit: str | None) -> str:
        """Write a value of this brand in its unit."""
        return figures.shown(value, unit or "", self.currency)

    def change(self, value: figures.Number, unit: str | None) -> str:
        """Write a change of this brand's figure with its sign."""
        return figures.points(value) if unit == "rate" else figures.change(value, unit or "", self.currency)

    def unit(self, unit: str | None) -> str:
        """Name a unit; money is in this brand's currency."""
        return self.currency if unit == "currency" and self.currency else self.words.value(unit)

    def why(self, row: Row) -> str:
        """Say why a value is unknown; nothing when it is known."""
        return self.words.value(row["null_reason"]) if row.get("null_reason") else ""

    def account(self, row: Row) -> str:
        """Name an account by its platform and handle."""
        return f"{self.words.value(row['platform'])} @{row['handle'] or row.get('account_id', '')}"
