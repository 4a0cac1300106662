"""P9: what Great Expectations adds to the questions it asks, imports apart.

the gate    every expectation, as a run has it judged: profile, suites, results
its SQL     the same profile and the same rows counted by plain SELECTs in one connection
pandas      the expectations of columns over frames of the same tables, against the same ones in the database
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path

import duckdb

from benchmarks import nights
from benchmarks.measure import Line, Work, compared, in_turns, spent, work
from orchestration import connection, gate, judge, profile


def measured() -> list[Line]:
    """Build a publication, then judge it in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = nights.built(nights.world(folder / "world"), date(2026, 7, 12), folder / "night")
        candidate = folder / "candidate.duckdb"
        shutil.copy(nights.candidate_of(home), candidate)
        taken = in_turns(
            {
                "the gate": lambda: spent(judged, candidate=str(candidate), queries=True),
                "its SQL": lambda: spent(counted, candidate=str(candidate)),
                "columns in the database": lambda: spent(judged, candidate=str(candidate), queries=False),
                "columns in pandas": lambda: spent(in_frames, candidate=str(candidate)),
            }
        )
    whole, plain, columns, frames = taken.values()
    number = whole[0].facts["expectations"]
    return [
        compared(f"P9 the gate ≤ 3 × the same {number} counts in SQL", whole, [plain], 3, work),
        compared("P9 expectations of columns ≤ 1/2 of the pandas way", columns, [frames], 0.5, work),
    ]


def judged(candidate: str, queries: bool) -> Work:
    """Judge as the child process does, all expectations or those of columns alone."""
    import great_expectations  # noqa: F401

    suites = {table: [one for one in suite if queries or not one.query] for table, suite in gate.suites().items()}

    def judge_all() -> dict:
        return {"expectations": len(judge.judge(Path(candidate), None, suites))}

    return judge_all


def counted(candidate: str) -> Work:
    """Count what each expectation counts."""
    entries = [entry for suite in gate.suites().values() for entry in suite]

    def count_all() -> dict:
        profiled = Path(candidate).with_name("plain.duckdb")
        profile.write(profiled, Path(candidate), None)
        with duckdb.connect(candidate, read_only=True) as con:
            connection.attach(con, None, profiled)
            return {"rows": sum(con.execute(broken(entry)).fetchone()[0] for entry in entries)}

    return count_all


def broken(entry: gate.Expectation) -> str:
    """Return the SELECT of how many rows break an expectation, of one about a whole table whether it does."""
    if entry.query:
        return f"select count(*) from ({entry.query})"
    table, column = f'marts."{entry.table}"', entry.kwargs.get("column")
    if "unique" in entry.type:
        names = ", ".join(entry.kwargs.get("column_list", [column]))
        known = f" where {column} is not null" if column else ""
        return f"select count(*) - count(distinct ({names})) from {table}{known}"
    if "in_set" in entry.type:
        values = ", ".join(f"'{value}'" for value in entry.kwargs["value_set"])
        return f"select count(*) from {table} where {column} not in ({values})"
    if "null" in entry.type:
        return f"select count(*) from {table} where {column} is null"
    exact = entry.kwargs.get("value")
    low, high = entry.kwargs.get("min_value", exact), entry.kwargs.get("max_value", exact)
    measured = column or "number"
    beyond = " or ".join(f"{measured} {sign} {bound}" for sign, bound in (("<", low), (">", high)) if bound is not None)
    return f"select count(*) from {table if column else f'(select count(*) as number from {table})'} where {beyond}"


def in_frames(candidate: str) -> Work:
    """Judge the expectations of columns over pandas frames, read from the same file."""
    import great_expectations as gx

    suites = {table: [one for one in suite if not one.query] for table, suite in gate.suites().items()}

    def judge_all() -> dict:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        source = context.data_sources.add_pandas("frames")
        passed = 0
        with duckdb.connect(candidate, read_only=True) as con:
            for table, suite in suites.items():
                frame = con.execute(f'from marts."{table}"').df()
                definition = source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("whole")
                expectations = gx.ExpectationSuite(name=table, expectations=[judge.built(entry) for entry in suite])
                outcome = definition.get_batch({"dataframe": frame}).validate(expectations)
                passed += sum(result.success for result in outcome.results)
        return {"passed": passed}

    return judge_all
