"""The page of faults: `python -m tests.fault_matrix` writes docs/faults.md from tests/faults/matrix.yml."""

from __future__ import annotations

from pathlib import Path

import yaml

from orchestration.settings import REPOSITORY

TESTS = REPOSITORY / "tests"
MATRIX = TESTS / "faults" / "matrix.yml"
PAGE = REPOSITORY / "docs" / "faults.md"


def rows() -> dict[int, dict]:
    """Return fault, expected behaviour and tests by row number."""
    return yaml.safe_load(MATRIX.read_text(encoding="utf-8"))


def page() -> str:
    """Return the page: a line a row."""
    lines = [f"| {number} | {row['fault']} | {row['expected']} | {_tests(row)} |" for number, row in rows().items()]
    return "\n".join(
        [
            "# What can go wrong",
            "",
            "After each of these what is served is the previous publication or the next, ledger and data agree, no",
            "temporary file counts for anything, and no token is anywhere. Made by `python -m tests.fault_matrix`.",
            "",
            "| row | fault | expected | shown by |",
            "|---|---|---|---|",
            *lines,
            "",
        ]
    )


def _tests(row: dict) -> str:
    shown = []
    for test in row["tests"]:
        file, _, name = test.partition("::")
        shown.append(f"{name.removeprefix('test_').replace('_', ' ')} (`{file}`)")
    return "; ".join(shown)


def main(to: Path = PAGE) -> None:
    """Write the page."""
    to.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
