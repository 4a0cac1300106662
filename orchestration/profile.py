"""What every column of a publication looks like, in long form, so that one query can judge all tables at once.

profile.columns   table, column: rows, unknown, not finite, below zero, range, and values that no dimension lists, in
                  the candidate and as it is served
profile.days      table, day, column: how many are known and their weighted sum, in the candidate and as it is served
profile.series    account or brand, table, column, day: the sum of the last ten weeks, for judging a day by its like
served_tables     the tables that readers have now

A weighted sum counts each row with a factor between one and two that hangs on whose row it is: figures that changed
owners change it, though no total does.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "HUGEINT")
TIMES = ("DATE", "TIMESTAMP")
# The day that a row is of, by the column that tells it, in the order in which it is looked for; a week is over with its
# last day.
DAYS = {
    "period_end": "period_end",
    "date": "date",
    "captured_date": "captured_date",
    "conversion_date": "conversion_date",
    "event_date": "event_date",
    "contact_date": "contact_date",
    "week_start": "week_start + 6",
    "published_date": "published_date",
}
OWNERS = ("account_id", "brand_id")
LISTED = {
    "account_id": "dim_accounts",
    "brand_id": "dim_accounts",
    "post_id": "dim_posts",
    "metric_id": "dim_metrics",
}
RECENT_DAYS = 70

Columns = dict[str, dict[str, str]]


def write(path: Path, candidate: Path, served: Path | None) -> None:
    """Write the profile of `candidate`, beside what is served, as a new file at `path`."""
    for stale in (path, path.with_name(path.name + ".wal")):
        stale.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as con:
        con.execute("set timezone = 'UTC'; set threads = 2")
        con.execute(f"attach '{_quoted(candidate)}' as candidate (read_only)")
        attach_served(con, "candidate", served)
        columns = {database: _columns(con, database) for database in ("candidate", "served")}
        con.execute("begin")
        con.execute(
            "create table served_tables as select distinct table_name from duckdb_tables() where"
            " schema_name = 'marts' and database_name = ?",
            ["previous" if served else "candidate"],
        )
        _profile_columns(con, columns)
        _profile_days(con, columns)
        _profile_series(con, columns["candidate"])
        con.execute("commit")


def attach_served(con: duckdb.DuckDBPyConnection, candidate: str, served: Path | None) -> None:
    """Attach what is served in the shape of `candidate`: a column that it lacks is unknown, a table empty.

    Before the first publication the candidate itself stands for it.
    """
    con.execute("attach ':memory:' as served (read_write); create schema served.marts")
    if served:
        con.execute(f"attach '{_quoted(served)}' as previous (read_only)")
    earlier = _columns(con, "previous") if served else _columns(con, candidate)
    for table, kinds in _columns(con, candidate).items():
        known = earlier.get(table, {})
        columns = ", ".join(
            f'"{name}"' if name in known else f'cast(null as {kind}) as "{name}"' for name, kind in kinds.items()
        )
        source = "previous" if served and known else f'"{candidate}"'
        condition = "" if known else " where false"
        con.execute(f'create view served.marts."{table}" as select {columns} from {source}.marts."{table}"{condition}')


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _columns(con: duckdb.DuckDBPyConnection, database: str) -> Columns:
    rows = con.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where database_name = ? and schema_name = 'marts' order by table_name, column_index",
        [database],
    ).fetchall()
    found: Columns = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


def _profile_columns(con: duckdb.DuckDBPyConnection, columns: dict[str, Columns]) -> None:
    con.execute(
        "create table columns (is_served boolean, table_name varchar, column_name varchar, data_type varchar,"
        " row_n bigint, unknown_n bigint, blank_n bigint, not_finite_n bigint, negative_n bigint, unlisted_n bigint,"
        " low double, high double, last_at timestamp)"
    )
    for database, tables in columns.items():
        for table, kinds in tables.items():
            parts = ", ".join(_column(f"{database}.marts", table, name, kind, tables) for name, kind in kinds.items())
            con.execute(
                f"insert into columns select {database == 'served'}, part.* from (select unnest([{parts}]) as part"
                f' from {database}.marts."{table}" as told)'
            )


def _column(schema: str, table: str, name: str, kind: str, columns: Columns) -> str:
    """Return what is told of one column, as a struct of aggregates."""
    is_number, quoted = kind.startswith(NUMBERS), f'told."{name}"'
    number = f"cast({quoted} as double)" if is_number else "cast(null as double)"
    time = f"cast({quoted} as timestamp)" if kind.startswith(TIMES) else "cast(null as timestamp)"
    blank = f"count(*) filter (where trim({quoted}) = '')" if kind == "VARCHAR" else "0"
    home = LISTED.get(name)
    unlisted = "0"
    if home in columns and home != table:
        unlisted = f'count(*) filter (where {quoted} not in (select "{name}" from {schema}.{home}))'
    return (
        f"{{t: '{table}', c: '{name}', d: '{kind}', n: count(*), u: count(*) - count({quoted}), b: {blank},"
        f" f: count(*) filter (where not isfinite({number})), m: count(*) filter (where {number} < 0),"
        f" o: {unlisted}, l: min({number}), h: max({number}), a: max({time})}}"
    )


def _profile_days(con: duckdb.DuckDBPyConnection, columns: dict[str, Columns]) -> None:
    con.execute(
        "create table days (is_served boolean, table_name varchar, day date, column_name varchar, known_n bigint,"
        " total double)"
    )
    for database, tables in columns.items():
        for table, kinds in tables.items():
            day = _day(kinds)
            if day is None:
                continue
            measures = _measures(kinds)
            names = [name for name, kind in kinds.items() if kind == "VARCHAR" and name.endswith(("_id", "_type"))]
            weight = "1 + hash(" + ", ".join(names or [day]) + ") % 997 / 997.0"
            parts = [
                "{c: '*', n: count(*), t: sum(weight)}",
                *(f'{{c: \'{name}\', n: count("{name}"), t: sum("{name}" * weight)}}' for name in measures),
            ]
            con.execute(
                f"insert into days select {database == 'served'}, '{table}', day, part.* from (select"
                f" {day} as day, unnest([{', '.join(parts)}]) as part"
                f' from (select *, {weight} as weight from {database}.marts."{table}") group by {day})'
            )


def _day(kinds: dict[str, str]) -> str | None:
    return next((day for name, day in DAYS.items() if name in kinds), None)


def _measures(kinds: dict[str, str]) -> list[str]:
    return [
        name
        for name, kind in kinds.items()
        if kind.startswith(NUMBERS) and not name.endswith(("_order", "_version", "version", "rank"))
    ]


def _profile_series(con: duckdb.DuckDBPyConnection, columns: Columns) -> None:
    con.execute(
        "create table series (table_name varchar, owner_id varchar, column_name varchar, day date, total double)"
    )
    for table, kinds in columns.items():
        day = _day(kinds)
        owner = next((name for name in OWNERS if name in kinds), None)
        if not table.startswith("fct_") or day is None or owner is None:
            continue
        parts = ["{c: '*', t: count(*)}", *(f"{{c: '{name}', t: sum(\"{name}\")}}" for name in _measures(kinds))]
        con.execute(
            f"insert into series select '{table}', owner_id, part.c, day, part.t from (select \"{owner}\" as owner_id,"
            f' {day} as day, unnest([{", ".join(parts)}]) as part from candidate.marts."{table}"'
            f' where {day} > (select max({day}) from candidate.marts."{table}") - {RECENT_DAYS}'
            f' group by "{owner}", {day})'
        )
