"""Data docs: `published/data_docs/index.html`, all of the last verdict and how the nights before it were judged.

Each expectation with its rule in words, its SQL, why it is there, whom to ask, what was found, examples of rows that
broke it, and its past. No script, nothing fetched: the page can be read offline and mailed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from orchestration import gate, notes, quality
from orchestration.settings import REPOSITORY, Settings

TEMPLATE = REPOSITORY / "orchestration" / "data_docs.html.j2"
NIGHTS = 30
RULES = {
    "expect_table_row_count_to_equal": "the table has {value} row(s)",
    "expect_table_row_count_to_be_between": "the number of its rows is {bounds}",
    "expect_column_values_to_be_between": "{column} is {bounds}",
    "expect_column_values_to_be_in_set": "{column} is one of {listed}",
    "expect_column_values_to_be_unique": "no {column} stands twice",
    "expect_column_values_to_not_be_null": "{column} is known in every row",
    "expect_compound_columns_to_be_unique": "no {columns} stands twice",
    "unexpected_rows_expectation": "its query finds no row",
}


@dataclass(frozen=True)
class Night:
    """One verdict of the past: when, of which run, and each expectation that was judged, by its key."""

    judged_at: datetime
    run_id: str
    results: dict[str, dict[str, Any]]

    def mark(self, key: str) -> str:
        """Return one character for an expectation: passed, failed, or not judged yet."""
        result = self.results.get(key)
        return "·" if result is None else "✓" if result["success"] else "✗"

    @property
    def failed(self) -> list[dict[str, Any]]:
        """What did not pass, that which blocks first."""
        found = [result for result in self.results.values() if not result["success"]]
        return sorted(found, key=lambda result: (not gate.blocks(result), result["key"]))


def rule(entry: gate.Expectation) -> str:
    """Return what an expectation asks, in words."""
    low, high = entry.kwargs.get("min_value"), entry.kwargs.get("max_value")
    bounds = f"between {low} and {high}" if low is not None and high is not None else f"at least {low}"
    said = {
        "bounds": bounds if low is not None else f"at most {high}",
        "listed": ", ".join(map(str, entry.kwargs.get("value_set", []))),
        "columns": ", ".join(entry.kwargs.get("column_list", [])),
    }
    return RULES.get(entry.type, f"{entry.type} {entry.kwargs}").format(**{**entry.kwargs, **said})


def write(settings: Settings, verdict: dict[str, Any]) -> Path:
    """Write the page of a verdict; return it."""
    results = {result["key"]: result for result in verdict["results"]}
    page = jinja2.Environment(autoescape=True).from_string(TEMPLATE.read_text(encoding="utf-8"))
    path = settings.published / "data_docs" / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    text = page.render(
        verdict=verdict,
        blocks=gate.blocks,
        blocked=[result for result in results.values() if gate.blocks(result)],
        suites={
            table: [(entry, rule(entry), results[entry.key]) for entry in suite if entry.key in results]
            for table, suite in gate.suites().items()
        },
        nights=_nights(settings),
        version=metadata.version("great-expectations"),
        written_at=datetime.now(UTC),
    )
    notes.write(path, text)
    return path


def _nights(settings: Settings) -> list[Night]:
    """Return the newest verdicts that can be read, newest first."""
    found = []
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        for path in sorted(quality.folder(settings).glob("*.parquet"), reverse=True)[:NIGHTS]:
            with suppress(duckdb.Error):
                rows = con.execute("select * from read_parquet(?)", [str(path)]).fetchall()
                names = [column[0] for column in con.description]
                found.append(_night([dict(zip(names, row, strict=True)) for row in rows]))
    return found


def _night(entries: list[dict[str, Any]]) -> Night:
    keyed = [{**entry, "key": f"{entry['table_name']}.{entry['expectation']}"} for entry in entries]
    results = {entry["key"]: entry for entry in keyed}
    return Night(entries[0]["judged_at"], entries[0]["run_id"], results)
