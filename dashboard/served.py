"""The published file as a reader sees it: one read-only connection a query session, always of one version."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
# Nothing that is asked through this connection reaches a file or the network.
CONFIG = {"access_mode": "READ_ONLY", "enable_external_access": "false", "autoinstall_known_extensions": "false"}
QUESTIONS = Path(__file__).with_name("questions")
TABLES = re.compile(r"\bmarts\.(\w+)")
NAMED = re.compile(r"\$(\w+)")
CATALOG = """
    select table_name, column_name, comment from duckdb_columns()
    where schema_name = 'marts' order by table_name, column_index
"""


class NothingServed(Exception):
    """No publication is there to be read."""


@dataclass(frozen=True)
class Served:
    """One version of the published file; its figures are of one moment however often it is asked."""

    path: Path
    con: duckdb.DuckDBPyConnection
    columns: dict[str, dict[str, str]]
    """The comment of each column, by table and column."""

    def lacking(self, question: str) -> list[str]:
        """Return the tables that a question needs and this version doesn't hold."""
        sql = (QUESTIONS / f"{question}.sql").read_text(encoding="utf-8")
        return sorted(set(TABLES.findall(sql)) - set(self.columns))

    def ask(self, question: str, **values: Any) -> list[Row]:
        """Return the rows of `questions/<question>.sql` with its `$names` bound; none where it lacks a table."""
        sql = (QUESTIONS / f"{question}.sql").read_text(encoding="utf-8")
        if self.lacking(question):
            return []
        cursor = self.con.execute(sql, {name: values[name] for name in set(NAMED.findall(sql))})
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def manifest(self) -> Row:
        """Return what the publication wrote down beside the file: the gate's results, row counts."""
        beside = self.path.with_suffix(".json")
        return json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}


@contextmanager
def opened(link: Path) -> Iterator[Served]:
    """Open the version that `link` points to now; a flip during the session leaves it at this version."""
    path, con = _connected(link)
    try:
        con.execute("set timezone = 'UTC'")
        columns: dict[str, dict[str, str]] = {}
        for table, column, comment in con.execute(CATALOG).fetchall():
            columns.setdefault(table, {})[column] = comment or ""
        yield Served(path, con, columns)
    finally:
        con.close()


def _connected(link: Path) -> tuple[Path, duckdb.DuckDBPyConnection]:
    # The version's own name: DuckDB gives a second connection to the link the old file while a first is open.
    # The version may be pruned between the two looks, so a second try follows the link again.
    for last_try in (False, True):
        if not link.exists():
            raise NothingServed(str(link))
        path = link.resolve()
        try:
            return path, duckdb.connect(str(path), config=CONFIG)
        except duckdb.IOException:
            if last_try:
                raise
    raise NothingServed(str(link))


def link() -> Path:
    """Return the published link of the home that `WAREHOUSE_HOME` names."""
    home = os.environ.get("WAREHOUSE_HOME") or Path(__file__).resolve().parent.parent
    return Path(home).expanduser() / "published" / "marts.duckdb"
