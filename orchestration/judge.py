"""Everything that touches Great Expectations: suites in, results out; imported only by the gate's child process."""

from __future__ import annotations

import io
import json
import os
import re
import time
import warnings
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from orchestration import connection, notes, profile
from orchestration.gate import Expectation, suites
from orchestration.publish import sha256
from orchestration.settings import Problem

EXAMPLES = 3
PRIVATE = {"person_key"}  # what an example of a failing row never shows
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


def end_with_parent() -> None:
    """End this process soon after its parent, which may be killed without a word."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def main(candidate: Path, verdict: Path, served: Path | None) -> int:
    """Judge `candidate` by every suite and write the verdict beside it, whole or not at all."""
    warnings.simplefilter("ignore")
    digest = sha256(candidate)
    results = judge(candidate, served, suites())
    if sha256(candidate) != digest:
        # The judge of a run that was killed must not speak of the candidate of the next one.
        raise Problem(f"{candidate} was replaced while it was judged: run again.")
    told = {"run_id": _run_id(candidate), "sha256": digest, "results": results}
    notes.write(verdict, json.dumps(told, default=str))
    return 0


def _run_id(candidate: Path) -> str:
    import duckdb

    with duckdb.connect(str(candidate), read_only=True) as con:
        return con.execute("select run_id from marts.publication").fetchone()[0]


def judge(candidate: Path, served: Path | None, found: dict[str, list[Expectation]]) -> list[dict[str, Any]]:
    """Run every suite over `candidate`, beside what is `served`; return one plain result an expectation."""
    profiled = candidate.with_name(".profile.duckdb")
    profile.write(profiled, candidate, served)
    try:
        results = _validated(candidate, served, profiled, found)
        _add_examples(candidate, served, profiled, found, results)
    finally:
        profiled.unlink(missing_ok=True)
    return results


def _validated(
    candidate: Path, served: Path | None, profiled: Path, found: dict[str, list[Expectation]]
) -> list[dict[str, Any]]:
    import great_expectations as gx
    from great_expectations.datasource.fluent.sql_datasource import TableAsset

    connection.teach_sqlalchemy(partial(connection.attach, served=served, profiled=profiled))
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    # All tables at once, since each one that is added later writes the whole configuration anew.
    source = context.data_sources.add_sql(
        "marts",
        connection_string=f"duckdb:///{candidate}",
        kwargs={"connect_args": {"read_only": True}, "plugins": ["warehouse"]},
        assets=[TableAsset(name=table, table_name=table, schema_name="marts") for table in found],
    )
    try:
        with redirect_stdout(io.StringIO()):  # it prints a warning for each query that names its table itself
            return [result for table, suite in found.items() for result in _judge_table(gx, source, table, suite)]
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _judge_table(gx, source, table: str, suite: list[Expectation]) -> list[dict[str, Any]]:
    """Judge one table: a pass that only says yes or no, then one that tells more of what failed."""
    asset = source.get_asset(table)
    batch = asset.get_batch(asset.build_batch_request())

    def validated(entries: list[Expectation], result_format: str) -> dict[str, Any]:
        expectations = gx.ExpectationSuite(name=table, expectations=[built(entry) for entry in entries])
        outcome = batch.validate(expectations, result_format={"result_format": result_format})
        return {result.expectation_config.meta["name"]: result for result in outcome.results}

    found = validated(suite, "BOOLEAN_ONLY")
    failed = [entry for entry in suite if not found[entry.name].success]
    if failed:
        found |= validated(failed, "SUMMARY")
    return [_plain(entry, found[entry.name]) for entry in suite]


def built(entry: Expectation):
    """Return an expectation as the library knows it."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    # The library would put a subquery with an alias of its own in place of the table, or one without where there is a
    # join: so the table's name stands there before.
    kwargs = {**entry.kwargs, "unexpected_rows_query": entry.query} if entry.query else entry.kwargs
    return ExpectationConfiguration(
        type=entry.type, kwargs=kwargs, meta={"name": entry.name}, severity=entry.severity
    ).to_domain_obj()


def _plain(entry: Expectation, result) -> dict[str, Any]:
    details = result.result or {}
    return {
        "key": entry.key,
        "table": entry.table,
        "name": entry.name,
        "severity": entry.severity,
        "why": entry.why,
        "owner": entry.owner,
        "success": bool(result.success),
        "error": _error(result),
        "observed": _observed(details),
        "unexpected_count": details.get("unexpected_count"),
        "examples": [],
        "unexpected_values": (details.get("partial_unexpected_list") or [])[:EXAMPLES],
    }


def _error(result) -> str | None:
    """Return the exception behind a result that is no verdict: the library calls that a failure too."""
    info = result.exception_info or {}
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return str(entry.get("exception_message") or "unknown error").splitlines()[0]
    return None


def _observed(details: dict[str, Any]) -> str:
    if details.get("unexpected_count") is not None:
        return f"{details['unexpected_count']} unexpected of {details.get('element_count', '?')}"
    if details.get("observed_value") is not None:
        return f"observed {details['observed_value']}"
    return ""


def _add_examples(
    candidate: Path,
    served: Path | None,
    profiled: Path,
    found: dict[str, list[Expectation]],
    results: list[dict[str, Any]],
) -> None:
    """Show a few of the rows that broke an expectation, by their key and never with what is personal."""
    import duckdb

    entries = {entry.key: entry for suite in found.values() for entry in suite}
    with duckdb.connect(str(candidate), read_only=True) as con:
        connection.attach(con, served, profiled)
        for result in results:
            values = result.pop("unexpected_values")
            if result["success"] or result["error"]:
                continue
            sql = _example_query(entries[result["key"]], values)
            if sql:
                rows = con.execute(f"{sql} limit {EXAMPLES}").fetchall()
                names = [column[0] for column in con.description]
                result["examples"] = [
                    {
                        name: ADDRESS.sub("***", str(value))
                        for name, value in zip(names, row, strict=True)
                        if name not in PRIVATE
                    }
                    for row in rows
                ]


def _example_query(entry: Expectation, values: list[Any]) -> str | None:
    table = f'marts."{entry.table}"'
    if entry.query:
        return f"select * from ({entry.query})"
    if "column_list" in entry.kwargs:
        key = ", ".join(f'"{column}"' for column in entry.kwargs["column_list"])
        return f"select {key}, count(*) as copies from {table} group by {key} having count(*) > 1"
    column = entry.kwargs.get("column")
    if column is None or column in PRIVATE:
        return None
    shown = ", ".join(dict.fromkeys([*entry.key_columns, column]))
    quoted = [str(value).replace("'", "''") for value in values if value is not None]
    if not quoted:
        return f'select {shown} from {table} where "{column}" is null'
    listed = ", ".join(f"'{value}'" for value in quoted)
    return f'select {shown} from {table} where cast("{column}" as varchar) in ({listed})'
