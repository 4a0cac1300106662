"""The whole dbt project, unit tests and all, over raw tables as the loader makes them."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from orchestration import raw, transform
from orchestration.settings import DBT_PROJECT, Settings

pytestmark = pytest.mark.slow


def test_the_project_builds_on_a_warehouse_without_a_row_and_every_unit_test_passes(tmp_path):
    settings = Settings.load(tmp_path, {})
    with raw.opened(settings.warehouse) as con:
        raw.ensure_tables(con)
    done = subprocess.run(
        [str(transform.DBT), "--quiet", "build"],
        env={**os.environ, **transform.environment(settings)},
        cwd=DBT_PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + "\n".join(transform.failures(settings))
    results = json.loads((settings.dbt_target / "run_results.json").read_text(encoding="utf-8"))["results"]
    passed = [result for result in results if result["unique_id"].startswith("unit_test.")]
    declared = json.loads((settings.dbt_target / "manifest.json").read_text(encoding="utf-8"))["unit_tests"]
    assert {result["unique_id"] for result in passed} == set(declared)
    assert {result["status"] for result in passed} == {"pass"}
