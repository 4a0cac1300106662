"""A published table as a file for others: CSV and XLSX that no spreadsheet runs, Parquet as it is.

CSV  UTF-8 with a byte order mark, which Excel needs for Japanese; a text that begins like a formula gets a leading `'`
XLSX texts are cells of text with Excel's own quote prefix, so they are unchanged; times are UTC without a zone
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import duckdb

from dashboard import served

FORMATS = ("csv", "parquet", "xlsx")
# What a spreadsheet skips before a formula; a tab or a return alone begins a new cell in some.
SKIPPED = re.compile(r"[\s\0\u200b\ufeff]*")
SHEET_ROWS = 1_048_576
CELL_CHARACTERS = 32_767
EXACT = 2**53
BATCH = 10_000


class NotExportable(Exception):
    """Why a table can't be exported, in one sentence with the remedy."""


def guarded(value: Any) -> Any:
    """Return a value as a spreadsheet may have it: a text that begins like a formula is quoted."""
    return f"'{value}" if isinstance(value, str) and _begins_a_formula(value) else value


def _begins_a_formula(text: str) -> bool:
    # A Japanese Excel takes full-width signs for the plain ones, as NFKC does.
    first = text[SKIPPED.match(text).end() :][:1]
    return text[:1] in set("\t\r\n") or unicodedata.normalize("NFKC", first) in set("=+-@")


def csv_bytes(header: list[str], rows: list[list[Any]]) -> bytes:
    """Return rows as the bytes of a guarded CSV file."""
    text = io.StringIO()
    _write_csv(text, header, [rows])
    return text.getvalue().encode("utf-8-sig")


def export(link: Path, table: str, kind: str, to: Path) -> int:
    """Write a table of the version that is served now as `kind` to `to`; return its row count."""
    beside = to.with_name(f".{to.name}.part")
    with served.opened(link) as version:
        if table not in version.columns:
            near = difflib.get_close_matches(table, version.columns, 3) or sorted(version.columns)[:3]
            raise NotExportable(f"there is no published table {table!r}: try {', '.join(near)}.")
        count = version.con.execute(f'select count(*) from marts."{table}"').fetchone()[0]
        if kind == "xlsx" and count >= SHEET_ROWS:
            raise NotExportable(
                f"{table} has {count:,} rows and a sheet holds {SHEET_ROWS - 1:,}: export it as parquet."
            )
        rows = version.con.execute(f'select * from marts."{table}" order by all')
        header = [column[0] for column in rows.description]
        try:
            if kind == "csv":
                with beside.open("w", encoding="utf-8-sig", newline="") as file:
                    _write_csv(file, header, _batches(rows))
            elif kind == "xlsx":
                with beside.open("wb") as file:
                    _write_xlsx(file, table, header, _batches(rows))
            else:
                _write_parquet(beside, version.path, table)
            beside.replace(to)
        finally:
            beside.unlink(missing_ok=True)
    return count


def _batches(rows: duckdb.DuckDBPyConnection) -> Iterator[list[tuple]]:
    while batch := rows.fetchmany(BATCH):
        yield batch


def _write_csv(file: TextIO, header: list[str], batches: Any) -> None:
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in header])
    for batch in batches:
        writer.writerows([guarded(value) for value in row] for row in batch)


def _write_xlsx(to: BinaryIO, table: str, header: list[str], batches: Any) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(to, {"constant_memory": True, "remove_timezone": True, "nan_inf_to_errors": True}) as book:
        sheet = book.add_worksheet(table[:31])
        sheet.freeze_panes(1, 0)
        bold, text = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        dated = {
            True: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            False: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for column, name in enumerate(header):
            sheet.write_string(0, column, name, bold)
        number = 0
        for batch in batches:
            for row in batch:
                number += 1
                for column, value in enumerate(row):
                    _write_cell(sheet, number, column, value, text, dated)


def _write_cell(sheet, row: int, column: int, value: Any, text, dated: dict) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal) and abs(value) <= EXACT:
        sheet.write_number(row, column, value)
    elif hasattr(value, "year"):
        sheet.write_datetime(row, column, value, dated[isinstance(value, datetime)])
    elif len(str(value)) > CELL_CHARACTERS:
        raise NotExportable(f"row {row:,} has a text that is longer than a cell may be: export the table as csv.")
    else:
        sheet.write_string(row, column, str(value), text)


def _write_parquet(to: Path, version: Path, table: str) -> None:
    # A connection of its own: the readers' may not write files.
    source, target = (str(path).replace("'", "''") for path in (version, to))
    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"}) as con:
        con.execute(f"attach '{source}' as served (read_only)")
        con.execute(f"copy (select * from served.marts.\"{table}\" order by all) to '{target}' (format parquet)")
