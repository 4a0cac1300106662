"""P3, P4: a day of landed pages becomes typed rows, against Parquet and dlt; the same load again and again.

X       100,000 posts of 100 accounts; the rows themselves as one Parquet file are the least that a load can cost
dlt     reads the same page files and parses them with orjson; merge on id and day, load files as Parquet. Lists
        inside a post are left as JSON, or dlt would make tables of them; of Instagram's insights it has to
Left out of the times: imports, creation of tables, and for dlt a first run of one record
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks import dlt_loads, pages
from benchmarks.measure import Line, NotMeasured, Spent, Work, compared, cpu_s, in_turns, spent, work
from orchestration import landing, loading, raw
from orchestration.settings import Settings

X_ACCOUNTS, INSTAGRAM_ACCOUNTS = 100, 20
RECORDS_AN_ACCOUNT = pages.PAGE_SIZE * pages.PAGES_AN_ACCOUNT
RERUNS = 10
QUIET = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}


def measured() -> list[Line]:
    """Land both inputs once, then load them in turns."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        pages.land(home / "landing", "x", "posts", X_ACCOUNTS)
        pages.land(home / "landing", "instagram", "media", INSTAGRAM_ACCOUNTS)
        spent(export, home=folder)
        return [*_x(folder), *_instagram(folder), *_again(folder)]


def _x(home: str) -> list[Line]:
    taken = in_turns(
        {
            "X, ours": lambda: spent(ours, home=home, source="x", name="posts"),
            "X, Parquet": lambda: spent(parquet, home=home),
            "X, dlt from dicts": lambda: spent(dlt_loads.x_dicts, QUIET, home=home),
            "X, dlt from Arrow": lambda: spent(dlt_loads.x_arrow, QUIET, home=home),
        }
    )
    _expect(taken, X_ACCOUNTS * RECORDS_AN_ACCOUNT)
    loaded, limit, dicts, arrow = taken.values()
    return [
        compared("P3 X: load ≤ 2.5 × the same rows from Parquet", loaded, [limit], 2.5, work),
        compared("P3 X: load ≤ 1/5 of dlt from dicts", loaded, [dicts], 1 / 5, work),
        compared("P3 X: load ≤ 1/2 of dlt from Arrow", loaded, [arrow], 1 / 2, work),
    ]


def _instagram(home: str) -> list[Line]:
    taken = in_turns(
        {
            "Instagram, ours": lambda: spent(ours, home=home, source="instagram", name="media"),
            "Instagram, dlt from dicts": lambda: spent(dlt_loads.instagram_dicts, QUIET, home=home),
        }
    )
    _expect(taken, INSTAGRAM_ACCOUNTS * RECORDS_AN_ACCOUNT)
    loaded, dicts = taken.values()
    return [compared("P3 Instagram: load ≤ 1/20 of dlt from dicts", loaded, [dicts], 1 / 20, work)]


def _again(home: str) -> list[Line]:
    taken = in_turns({"X, again": lambda: spent(again, home=home)})["X, again"]
    ratio = median(one.facts["again_s"] / one.facts["first_s"] for one in taken)
    growth = median(one.facts["size_last"] / one.facts["size_first"] for one in taken)
    same = all(one.facts["rows"] == X_ACCOUNTS * RECORDS_AN_ACCOUNT for one in taken)
    first_s, again_s = (median(one.facts[name] for one in taken) for name in ("first_s", "again_s"))
    return [
        Line(
            "P4 the same load again: same rows, ≤ 1.2 × CPU",
            f"{ratio:.3g} × ({again_s:.2f} s against {first_s:.2f} s), rows {'the same' if same else 'DIFFER'}",
            same and ratio <= 1.2,
        ),
        Line(
            f"P4 database after {RERUNS} re-runs ≤ 1.3 × its size",
            f"{growth:.3g} × ({taken[0].facts['size_last'] / 1e6:.1f} MB)",
            growth <= 1.3,
        ),
    ]


def _expect(taken: dict[str, list[Spent]], rows: int) -> None:
    for name, all_of_one in taken.items():
        for one in all_of_one:
            if one.facts["rows"] != rows:
                raise NotMeasured(f"{name}: {one.facts['rows']} rows instead of {rows}")


def ours(home: str, source: str, name: str) -> Work:
    """Load the landed stream as the pipeline does, into a new database."""
    once, _ = _loader(home, source, name)
    return lambda: {"rows": once()}


def again(home: str) -> Work:
    """Load once, then ten times more; report both times and sizes."""
    once, database = _loader(home, "x", "posts")

    def timed() -> float:
        before = cpu_s()
        once()
        return cpu_s() - before

    def load() -> dict:
        first_s, size_first = timed(), database.stat().st_size
        again_s = median(timed() for _ in range(RERUNS))
        with raw.opened(database, read_only=True) as con:
            rows = con.execute("select count(*) from raw_x.posts").fetchone()[0]
        return {
            "first_s": first_s,
            "again_s": again_s,
            "size_first": size_first,
            "size_last": database.stat().st_size,
            "rows": rows,
        }

    return load


def export(home: str) -> Work:
    """Write the typed rows of X as the Parquet file that the limit reads."""
    once, database = _loader(home, "x", "posts")

    def write() -> dict:
        once()
        with raw.opened(database, read_only=True) as con:
            con.execute(f"copy raw_x.posts to '{home}/posts.parquet'")
        return {}

    return write


def parquet(home: str) -> Work:
    """Delete the day and insert it from Parquet, in one transaction: the limit."""
    database = _empty_tables(home)

    def load() -> dict:
        with raw.opened(database) as con:
            con.execute("begin")
            con.execute("delete from raw_x.posts where window_date = date '2026-09-01'")
            rows = con.execute(f"insert into raw_x.posts by name from '{home}/posts.parquet'").fetchone()[0]
            con.execute("commit")
            con.execute("checkpoint")
        return {"rows": rows}

    return load


def _loader(home: str, source: str, name: str) -> tuple[Callable[[], int], Path]:
    """Return what loads the landed stream and ends with a checkpoint, as a run does, and the database it loads into."""
    settings, stream = Settings(Path(home), {}), pages.stream_of(source, name)
    captures = [landing.read(sidecar) for sidecar in landing.sidecars(settings.landing, source, name)]
    database = _empty_tables(home)

    def once() -> int:
        with raw.opened(database) as con:
            rows = loading.load(con, settings, stream, captures)[stream.tables[0].name]
            con.execute("checkpoint")
        return rows

    return once, database


def _empty_tables(home: str) -> Path:
    database = dlt_loads.new_database(home)
    with raw.opened(database) as con:
        raw.ensure_tables(con)
        # The first bound value of a process makes DuckDB import pandas: 0.3 s that is no load.
        con.execute("select ?", ["import"])
    return database
