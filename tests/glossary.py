"""The page of metric definitions: `python -m tests.glossary` writes docs/metrics.md from the seed of `dim_metrics`."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.settings import REPOSITORY
from tests.catalogue import metrics

PAGE = REPOSITORY / "docs" / "metrics.md"
SOURCES = (("instagram", "Instagram"), ("x", "X"), ("ga4", "GA4"), ("hubspot", "HubSpot"))
HEADER = """# Metrics

Every metric that a published table holds, by its id, in the version that is in force; `marts.dim_metrics` is the same
as a table, with all versions. Made by `python -m tests.glossary` from `dbt_project/seeds/metrics.csv`.

A figure may be added up only over what its line names. Counts of distinct people are never added up.
"""


def page() -> str:
    """Return the page: a section a group, a line a metric."""
    known = metrics()
    groups: dict[str, list[str]] = {}
    for metric, row in known.items():
        groups.setdefault(row["metric_group"], []).append(metric)
    sections = "".join(
        f"\n## {group.replace('_', ' ').capitalize()}\n\n"
        "| metric | name | what it is | unit | adds up over | from |\n|---|---|---|---|---|---|\n"
        + "".join(_line(metric, known[metric]) for metric in groups[group])
        for group in groups
    )
    return HEADER + sections


def _line(metric: str, row: dict[str, str]) -> str:
    cells = (
        f"`{metric}`",
        f"{row['label_en']} · {row['label_ja']}",
        ". ".join(part.rstrip(".") for part in (_what(row), row["notes"]) if part),
        row["unit"],
        ", ".join(_additive(row)) or "nothing",
        ", ".join(_origins(row)) or "computed",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _what(row: dict[str, str]) -> str:
    return f"`{row['numerator']}` / `{row['denominator']}`" if row["denominator"] else row["formula"]


def _additive(row: dict[str, str]) -> Iterator[str]:
    for over in ("days", "posts", "accounts"):
        if row[f"is_additive_{over}"] == "true":
            yield over


def _origins(row: dict[str, str]) -> Iterator[str]:
    for source, name in SOURCES:
        if row[f"{source}_name"]:
            yield f"{name} `{row[f'{source}_name']}`"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
