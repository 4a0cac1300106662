"""Reading a published table as a dictionary."""

from __future__ import annotations

from pathlib import Path

import duckdb


def mart(home: Path, table: str, key: str, columns: list[str], where: str = "true") -> dict:
    """Return rows of a published table: the values of `columns` by those of `key`, each column by its name."""
    keys = [name.strip() for name in key.split(",")]
    with duckdb.connect(str(home / "published" / "marts.duckdb"), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        rows = con.execute(f"select {', '.join([*keys, *columns])} from marts.{table} where {where}").fetchall()
    found = {
        row[0] if len(keys) == 1 else row[: len(keys)]: dict(zip(columns, row[len(keys) :], strict=True))
        for row in rows
    }
    assert len(found) == len(rows), f"{table} repeats a key"
    return found
