"""The scores of a reader's brand: which models and periods there are, and who is in which band."""

from __future__ import annotations

from collections import Counter

from dashboard.reader import Reader
from dashboard.served import Row


def models(reader: Reader) -> dict[tuple[str, int], list[Row]]:
    """Return the scored periods, newest first, by model and version."""
    found: dict[tuple[str, int], list[Row]] = {}
    for row in reader.ask("score_models"):
        found.setdefault((row["model_id"], row["model_version"]), []).append(row)
    return found


def newest_whole(periods: list[Row]) -> int:
    """Return the place of the newest period that is over, else of the newest."""
    return next((n for n, row in enumerate(periods) if not row["is_partial"]), 0)


def asked(period: Row) -> Row:
    """Return what a question about a scored period wants to know."""
    names = {"model": "model_id", "version": "model_version", "period_type": "period_type"}
    return {name: period[column] for name, column in names.items()} | {"period_start": period["period_start"]}


def bands(entities: list[Row]) -> dict[str, int]:
    """Return how many entities are in each band, the highest band first."""
    best = sorted(entities, key=lambda row: -row["score"])
    return dict(Counter(row["band"] for row in best))
