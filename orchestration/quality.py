"""What the gate found, run after run: `published/quality_results/*.parquet`, one file a verdict, never rewritten.

Any reader asks it with `from 'published/quality_results/*.parquet'`; examples of rows are in the verdict only.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import Settings

COLUMNS = {
    "run_id": "varchar",
    "judged_at": "timestamptz",
    "table_name": "varchar",
    "expectation": "varchar",
    "severity": "varchar",
    "owner": "varchar",
    "why": "varchar",
    "success": "boolean",
    "error": "varchar",
    "observed": "varchar",
    "unexpected_count": "bigint",
}


def folder(settings: Settings) -> Path:
    """Return where the files lie."""
    return settings.published / "quality_results"


def record(settings: Settings, verdict: dict[str, Any]) -> Path:
    """Write a verdict's results as a file of its own, whole or not at all; return it."""
    judged_at = datetime.now(UTC)
    path = folder(settings) / f"{judged_at:%Y%m%dT%H%M%S%fZ}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    rows = [
        {
            "run_id": verdict["run_id"],
            "judged_at": judged_at.isoformat(),
            "table_name": result["table"],
            "expectation": result["name"],
            **{name: result[name] for name in list(COLUMNS)[4:]},
        }
        for result in verdict["results"]
    ]
    beside = path.with_name(".verdict.tmp")
    quoted = str(beside).replace("'", "''")
    with duckdb.connect() as con:
        con.execute(
            f"copy (select unnest(from_json($1, $2), recursive := true)) to '{quoted}' (format parquet)",
            [json.dumps(rows), json.dumps([COLUMNS])],
        )
    beside.chmod(0o640)
    beside.replace(path)
    return path
