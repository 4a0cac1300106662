"""`warehouse receipt`: from one row of a published table to the raw rows, page files and dropped files below it.

The way is dbt's own graph: every raw table that the mart is built from, cut down to the accounts, days, post, entity
and sources that the row names. What can't be cut down is listed whole, so that nothing that a figure rests on is left
out.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration import gate, publish, transform
from orchestration.settings import DBT_PROJECT, Problem, Settings

# Columns in which a row says of which day, or from which day on, it is; the first that it has counts.
FIRST_DAYS = ("date", "captured_date", "period_start", "week_start", "incident_start", "published_date")
WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Scope:
    """What a row is about; None is no limit. Account and post ids are the source's own."""

    accounts: tuple[str, ...]
    first: date | None
    last: date | None
    post: str | None
    sources: frozenset[str] | None
    brand: str | None
    entity: str | None
    zone: str


@dataclass(frozen=True)
class Evidence:
    """One page file or dropped file below a row: what was read from it, and whether its bytes are those loaded."""

    raw_table: str
    file: str
    row_count: int
    captured_at: str
    verdict: str

    def __str__(self) -> str:
        return f"{self.verdict:<8} {self.file}  {self.raw_table}  {self.row_count} rows  captured {self.captured_at}"


def receipt(settings: Settings, table: str, key: str) -> tuple[dict[str, Any], list[Evidence]]:
    """Return the row, and every page file that it stands on with its hash verified."""
    served = publish.served(settings)
    if served is None:
        raise Problem("nothing is published yet: `warehouse run` or `warehouse demo` does it.")
    row = _row(served, table, key)
    raw_tables = _raw_tables(settings, table)
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        scope = _scope(con, row)
        found = [each for name in raw_tables for each in _files(con, settings, name, scope)]
    return row, found


def _row(served: Path, table: str, key: str) -> dict[str, Any]:
    suites = gate.suites()
    if table not in suites:
        raise Problem(f"there is no published table {table}: there are {', '.join(sorted(suites))}.")
    columns = suites[table][0].key_columns
    parts = [part.strip() for part in key.split(",")]
    named = dict(part.split("=", 1) for part in parts) if all("=" in part for part in parts) else None
    values = named or dict(zip(columns, parts, strict=False))
    if set(values) != set(columns) or (named is None and len(parts) != len(columns)):
        raise Problem(f"a row of {table} is named by {', '.join(columns)}: give their values in this order, by commas.")
    where = " and ".join(f"cast({column} as varchar) = ?" for column in columns)
    with duckdb.connect(str(served), read_only=True) as con:
        found = con.execute(f"select * from marts.{table} where {where}", [values[column] for column in columns])
        names = [column[0] for column in found.description]
        rows = found.fetchall()
    if not rows:
        raise Problem(f"{table} has no row {key}: look it up by {', '.join(columns)}.")
    return dict(zip(names, rows[0], strict=True))


def _raw_tables(settings: Settings, table: str) -> list[str]:
    manifest = json.loads(transform.ensure_manifest(settings).read_text(encoding="utf-8"))
    nodes, sources = manifest["nodes"], manifest["sources"]
    waiting, seen = [f"model.social_metrics.{table}"], set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += nodes.get(name, {}).get("depends_on", {}).get("nodes", [])
    raw = (sources[name] for name in seen if name in sources)
    return sorted(f"{each['schema']}.{each['identifier']}" for each in raw if each["schema"] != "raw_registry")


def _scope(con: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> Scope:
    first = next((row[name] for name in FIRST_DAYS if row.get(name) is not None), None)
    last = row.get("period_end") or (first + WEEK if first is not None and "week_start" in row else first)
    account = row.get("account_id")
    if account is not None:
        accounts = (account.partition(":")[2],)
    else:
        brand = row.get("brand_id")
        listed = con.execute(
            "select account_id from raw_registry.accounts where brand_id = coalesce(?, brand_id) order by 1", [brand]
        ).fetchall()
        accounts = tuple(account_id for (account_id,) in listed)
    (zone,) = con.execute(
        "select coalesce(min(zone), 'UTC') from raw_registry.accounts where brand_id = ?", [row.get("brand_id")]
    ).fetchone()
    post = row["post_id"].partition(":")[2] if row.get("post_id") else None
    return Scope(
        accounts, first, last, post, _sources(row.get("metric_id")), row.get("brand_id"), row.get("entity_id"), zone
    )


def _sources(metric_id: str | None) -> frozenset[str] | None:
    """Return the sources that tell a metric, or both sides of a ratio; None where metrics.csv does not say."""
    with (DBT_PROJECT / "seeds" / "metrics.csv").open(encoding="utf-8", newline="") as file:
        known = {each["metric_id"]: each for each in csv.DictReader(file)}
    metric = known.get(metric_id or "")
    if metric is None:
        return None
    sides = [known[metric[side]] for side in ("numerator", "denominator") if metric[side] in known] or [metric]
    return frozenset(source for side in sides for source in side["source"].split("+")) - {"none"} or None


def _files(con: duckdb.DuckDBPyConnection, settings: Settings, raw_table: str, scope: Scope) -> Iterator[Evidence]:
    source = raw_table.removeprefix("raw_").partition(".")[0]
    if scope.sources is not None and source not in scope.sources:
        return
    columns = {column for column, *_ in con.execute(f"describe {raw_table}").fetchall()}
    found = _dropped(con, raw_table, columns, scope) if source == "files" else _pages(con, raw_table, columns, scope)
    hashes = dict(
        con.execute("select landing_file, sha256 from raw_registry.loads where source = ?", [source]).fetchall()
    )
    for file, count, captured_at in found:
        verdict = _verdict(settings.landing / file, hashes.get(file))
        yield Evidence(raw_table, file, count, captured_at, verdict)


def _dropped(con: duckdb.DuckDBPyConnection, raw_table: str, columns: set[str], scope: Scope) -> list[tuple]:
    where, values = ["true"], []
    if "brand_id" in columns and scope.brand is not None:
        where.append("brand_id = ?")
        values.append(scope.brand)
    if "entity_id" in columns and scope.entity is not None:
        # a person or a department may have another name there
        where.append(f"(entity_id = ? or ? not in (select entity_id from {raw_table}))")
        values += [scope.entity] * 2
    if "occurred_at" in columns and scope.first is not None:
        where.append("cast(timezone(?, occurred_at) as date) between ? and ?")
        values += [scope.zone, scope.first, scope.last]
    return con.execute(
        f"select dropped.file, count(*), cast(max(loads.loaded_at) as varchar) from {raw_table} as dropped"
        " left join raw_registry.loads as loads on loads.landing_file = dropped.file"
        f" where {' and '.join(where)} group by dropped.file order by dropped.file",
        values,
    ).fetchall()


def _pages(con: duckdb.DuckDBPyConnection, raw_table: str, columns: set[str], scope: Scope) -> list[tuple]:
    if "landing_file" not in columns:
        return []
    where, values = ["list_contains(?, account_id)"], [list(scope.accounts)]
    own_id = next((name for name in ("media_id", "post_id") if name in columns), None)
    if scope.post is not None and own_id is not None:
        where.append(f"{own_id} = ?")
        values.append(scope.post)
    elif scope.first is not None:
        # a snapshot is filed under the day that begins as it is taken, and closes the day before
        where.append("window_date between ? and ?")
        values += [scope.first, scope.last + timedelta(days=1)]
    return con.execute(
        f"select landing_file, count(*), cast(max(captured_at) as varchar) from {raw_table}"
        f" where {' and '.join(where)} group by landing_file order by landing_file",
        values,
    ).fetchall()


def _verdict(path: Path, recorded: str | None) -> str:
    if not path.is_file():
        return "missing"
    if recorded is None:
        return "unknown"
    return "verified" if hashlib.sha256(path.read_bytes()).hexdigest() == recorded else "changed"
