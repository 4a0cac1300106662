"""All words of the pages, from words.csv: key, English, Japanese. What tables label themselves is not repeated."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "ja": "日本語"}
FILE = Path(__file__).with_name("words.csv")


@cache
def every() -> dict[str, dict[str, str]]:
    """Return English and Japanese of every key."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["key"]: row for row in csv.DictReader(file)}


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its `{names}` filled in; an unknown key is a fault of the page."""
        return every()[key][self.language].format(**values)

    def value(self, value: str | None) -> str:
        """Return how a value of a table is said; a value that no word is known for is shown as it is."""
        known = every().get(f"value.{value}")
        return known[self.language] if known else (value or "").replace("_", " ")
