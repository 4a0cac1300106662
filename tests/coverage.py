"""Which rows of the mission a test proves: `python -m tests.coverage` writes docs/coverage.md.

A dbt unit test or a Python test names its rows at the start of a sentence of its description or docstring, as in
"M17: organic first" or "M3 and N13: no comparison across a break".
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from orchestration.settings import DBT_PROJECT, REPOSITORY

PAGE = REPOSITORY / "docs" / "coverage.md"
ROW = r"[MN]\d{1,3}"
NAMED = re.compile(rf"(?:^|(?<=\. )|(?<=; ))((?:{ROW})(?:(?:, | and ){ROW})*):\s")
Proof = tuple[str, str, str]  # row, table or module, test


def rows_named(text: str) -> list[str]:
    """Return the mission rows that a description names."""
    return [row for named in NAMED.findall(" ".join(text.split())) for row in re.findall(ROW, named)]


def unit_tests() -> Iterator[Proof]:
    """Yield what dbt's unit tests prove, by the model that they are of."""
    for path in sorted((DBT_PROJECT / "models").rglob("*.yml")):
        for test in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("unit_tests", []):
            for row in rows_named(test.get("description", "")):
                yield row, test["model"], test["name"]


def python_tests() -> Iterator[Proof]:
    """Yield what Python tests prove, by their file."""
    for path in sorted((REPOSITORY / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for row in rows_named(ast.get_docstring(node) or ""):
                    yield row, str(path.relative_to(REPOSITORY)), node.name


def page() -> str:
    """Return the page: one line a row and test, rows in the mission's order."""
    proofs = sorted({*unit_tests(), *python_tests()}, key=lambda p: (p[0][0], int(p[0][1:]), p[1], p[2]))
    lines = [f"| {row} | `{where}` | {test.replace('_', ' ')} |" for row, where, test in proofs]
    count = len({row for row, _, _ in proofs})
    return "\n".join(
        [
            "# What is proved",
            "",
            f"{count} rows of the mission have a test that shows their check. Made by `python -m tests.coverage` from",
            "the descriptions of dbt's unit tests and the docstrings of Python's.",
            "",
            "| row | table or file | test |",
            "|---|---|---|",
            *lines,
            "",
        ]
    )


def main(to: Path = PAGE) -> None:
    """Write the page."""
    to.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
