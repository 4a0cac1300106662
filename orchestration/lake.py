"""The lake: the raw tables as Parquet, one file a table and window, on a path that every Spark worker sees.

The ledger's file types, counts and checks rows exactly as the build file does; before its transaction ends they move
here. A file is written beside and renamed; one that a killed load had already replaced is replaced by the next again,
since the ledger does not know its captures.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from connectors.streams import Table
from orchestration.settings import Settings

WHOLE = "all"
COLUMNS = """
    select schema_name, table_name, column_name, data_type
    from duckdb_columns() where schema_name like 'raw\\_%' escape '\\' order by schema_name, table_name, column_index
"""


def move(con: duckdb.DuckDBPyConnection, settings: Settings, source: str, tables: tuple[Table, ...]) -> None:
    """Move what the captures of the open transaction brought from the ledger's file into the files of their windows."""
    windows = con.execute("select distinct cast(window_date as varchar) from capture order by 1").fetchall()
    for table in tables:
        name = f"raw_{source}.{table.name}"
        for (window,) in windows:
            _replace(con, name, _file(settings, name, window), window)
        con.execute(f"delete from {name}")


def _replace(con: duckdb.DuckDBPyConnection, name: str, file: Path, window: str) -> None:
    rows = f"select * from {name} where window_date = date '{window}'"
    if file.exists():
        kept = f"select * from {_read(file)} where landing_file not in (select landing_file from capture)"
        _write(con, f"{rows} union all by name {kept}", file)
    elif con.execute(f"select 1 from ({rows}) limit 1").fetchone():
        _write(con, rows, file)


def export(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Copy what lives in the ledger's file for good: the ledger, the accounts and the rows of dropped files."""
    for schema, table in dict.fromkeys((schema, table) for schema, table, *_ in con.execute(COLUMNS).fetchall()):
        if schema in {"raw_registry", "raw_files"}:
            name = f"{schema}.{table}"
            _write(con, f"select * from {name}", _file(settings, name, WHOLE))


def rows(settings: Settings, name: str) -> str:
    """Return a query for all rows of a raw table, wherever the engine of the home keeps them."""
    if settings.engine != "spark" or not any(folder(settings, name).glob("*.parquet")):
        return f"select * from {name}"
    return f"select * from {name} union all by name select * from {_read(folder(settings, name) / '*.parquet')}"


def forget(con: duckdb.DuckDBPyConnection, settings: Settings, name: str, condition: str) -> None:
    """Write the files of a raw table anew that hold rows of which `condition` is true, without these."""
    for file in sorted(folder(settings, name).glob("*.parquet")):
        held = f"select * from {_read(file)} where"
        if con.execute(f"{held} {condition} limit 1").fetchone():
            _write(con, f"{held} not coalesce({condition}, false)", file)


def columns(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return the columns of every raw table with DuckDB's types, by `schema.table`."""
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in con.execute(COLUMNS).fetchall():
        found.setdefault(f"{schema}.{table}", {})[column] = kind
    return found


def folder(settings: Settings, name: str) -> Path:
    """Return where the files of a raw table lie."""
    return settings.lake.joinpath(*name.split("."))


def _file(settings: Settings, name: str, window: str) -> Path:
    return folder(settings, name) / f"{window}.parquet"


def _read(file: Path) -> str:
    quoted = str(file).replace("'", "''")
    return f"read_parquet('{quoted}', union_by_name = true)"


def _write(con: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Spark leaves out files whose names begin with a dot.
    beside = file.with_name(f".{file.name}.tmp")
    quoted = str(beside).replace("'", "''")
    con.execute(f"copy ({query}) to '{quoted}' (format parquet, compression zstd)")
    beside.replace(file)
