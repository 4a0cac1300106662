"""Readers of other DuckDB versions open the served file, from another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import SCENARIO

pytestmark = pytest.mark.slow

QUERY = """
import json, sys
import duckdb
with duckdb.connect() as con:
    con.execute(f"attach '{sys.argv[1]}' as served (read_only)")
    rows = con.execute("select count(*) from served.marts.funnel_daily").fetchone()[0]
    comment = con.execute("select comment from duckdb_tables() where table_name = 'funnel_daily'").fetchone()[0]
print(json.dumps([duckdb.__version__, rows, comment]))
"""


@pytest.mark.parametrize("version", ["1.4.4", "2.0.0"])
def test_the_served_file_opens_read_only_in_duckdb(version, rehearsed, tmp_path):
    lock = Path(__file__).with_name(f"reader-{version.rpartition('.')[0]}.lock")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "--no-deps", "-t", tmp_path, "-r", lock],
        check=True,
        capture_output=True,
        timeout=240,
    )
    done = subprocess.run(
        [sys.executable, "-c", QUERY, str(rehearsed / "published" / "marts.duckdb")],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    days_times_brands_times_stages = 12 * 2 * 7
    assert SCENARIO.stem == "small"
    assert json.loads(done.stdout) == [
        version,
        days_times_brands_times_stages,
        "One row per brand, day and funnel stage; seven rows a brand and day, in fixed order.",
    ]
