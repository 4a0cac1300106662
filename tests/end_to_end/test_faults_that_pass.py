"""Faults that a source gets over change no figure that is served."""

from __future__ import annotations

import pytest
import yaml

from orchestration.settings import REPOSITORY
from tests.end_to_end.conftest import digests, warehouse

pytestmark = pytest.mark.slow

SCENARIO = REPOSITORY / "sandbox" / "scenarios" / "faults.yml"


def test_a_world_full_of_faults_that_pass_is_served_as_one_without(tmp_path):
    quiet = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    assert len(quiet.pop("faults")) >= 10
    (tmp_path / "quiet.yml").write_text(yaml.safe_dump(quiet), encoding="utf-8")
    served = {}
    for name, scenario in (("faults", SCENARIO), ("quiet", tmp_path / "quiet.yml")):
        done = warehouse(tmp_path / name, "demo", "--scenario", str(scenario))
        assert done.returncode == 0, done.stderr
        served[name] = digests(tmp_path / name / "published" / "marts.duckdb")
    assert served["faults"] == served["quiet"]
