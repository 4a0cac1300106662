"""The rows of a dropped file against its kind's schema: typed, with the line and the reason why one can't be taken."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import duckdb

from connectors.files import DAY, INSTANT, Kind
from connectors.personal import person_key, without_personal_parameters
from orchestration.dropped import ROWS, records
from orchestration.settings import Settings

CALENDAR = "date '1900-01-01' and date '2200-01-01'"  # infinity is a day for DuckDB


def judge(con: duckdb.DuckDBPyConnection, settings: Settings, kind: Kind, path: Path) -> None:
    """Fill temp table `judged`: typed columns, the line, and the reason why a row can't be taken (NULL: fine)."""
    treatments = [_treatment(settings, kind, name) for name in kind.columns]
    with tempfile.TemporaryDirectory(dir=settings.landing) as folder:
        spread = Path(folder) / "spread.csv"
        with spread.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for record in records(con, kind, path):
                values = record.values or ("",) * len(treatments)
                kept = [
                    treat(value) if treat and value else value for treat, value in zip(treatments, values, strict=True)
                ]
                writer.writerow([record.line, record.flaw or "", *kept])
        columns = {"line": "BIGINT", "flaw": "VARCHAR"} | {f"{name}_text": "VARCHAR" for name in kind.columns}
        con.execute(
            f"create or replace temp table judged as select {_typed(kind)}, line, {_reason(kind)} as reason"
            f" from read_csv(?, columns = {columns}, header = false, auto_detect = false, delim = ',', quote = '\"',"
            " escape = '\"', parallel = false, new_line = '\\n', maximum_line_size = 16777216)",
            [str(spread)],
        )


def _treatment(settings: Settings, kind: Kind, name: str):
    if name in kind.hashed:
        return lambda value: person_key(value, settings.person_key) if value.strip() else ""
    return without_personal_parameters if name in kind.addresses else kind.spelled.get(name)


def _text(name: str) -> str:
    return f"nullif(trim(\"{name}_text\"), '')"


def _typed(kind: Kind) -> str:
    return ", ".join(
        f'try_cast({_text(name)} as {of}) as "{kind.hashed.get(name, name)}"' for name, of in kind.columns.items()
    )


def _reason(kind: Kind) -> str:
    faults = ["when flaw <> '' then flaw"]
    for name, of in kind.columns.items():
        text = _text(name)
        if name in kind.required:
            faults.append(f"when {text} is null then '{name} is empty'")
        faults.append(f"when {text} is not null and try_cast({text} as {of}) is null then '{name} is not a {of}'")
        if of in (INSTANT, DAY):
            faults.append(f"when try_cast({text} as {of}) not between {CALENDAR} then '{name} is beyond the calendar'")
        if name in kind.allowed:
            allowed = sorted(kind.allowed[name])
            listed = ", ".join(f"'{value}'" for value in allowed)
            faults.append(f"when {text} not in ({listed}) then '{name} is none of {', '.join(allowed)}'")
    return f"case {' '.join(faults)} end"


def set_aside(con: duckdb.DuckDBPyConnection, aside: Path) -> int:
    """Write the rows that can't be taken beside their reasons; return how many."""
    count = con.execute("select count(*) from judged where reason is not null").fetchone()[0]
    if count:
        aside.parent.mkdir(parents=True, exist_ok=True)
        bad = con.execute("select * from judged where reason is not null order by line")
        names = [column[0] for column in bad.description]
        with aside.open("w", encoding="utf-8") as file:
            while rows := bad.fetchmany(ROWS):
                for row in rows:
                    named = dict(zip(names, row, strict=True))
                    file.write(json.dumps(named, default=str, ensure_ascii=False) + "\n")
    return count
