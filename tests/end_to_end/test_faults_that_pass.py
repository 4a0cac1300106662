"""Faults that a source gets over change no figure that is served."""

from __future__ import annotations

import pytest
import yaml

from tests.end_to_end.conftest import SCENARIO, digests, warehouse

pytestmark = pytest.mark.slow

FAULTS = """
- {source: instagram, path: "*/media*", when: {nth: [2, 5]}, what: {status_429: 1}}
- {source: instagram, path: "*/insights*", when: {nth: 3}, what: truncated}
- {source: instagram, when: {nth: 7}, what: status_500}
- {source: x, path: "*/tweets*", when: {nth: 1}, what: {status_503: 1}}
- {source: x, when: {nth: 4}, what: truncated}
- {source: ga4, when: {nth: [1, 3]}, what: html}
- {source: ga4, when: {nth: 5}, what: down}
- {source: hubspot, path: "*contacts*", when: {nth: 2}, what: not_json}
- {source: hubspot, when: {nth: [6, 9]}, what: {slow_s: 1}}
- {source: hubspot, path: "*deals*", when: {nth: 1}, what: {status_429: 1}}
"""


def test_a_world_full_of_faults_that_pass_is_served_as_one_without(rehearsed, tmp_path):
    troubled = {**yaml.safe_load(SCENARIO.read_text(encoding="utf-8")), "faults": yaml.safe_load(FAULTS)}
    scenario = tmp_path / "troubled.yml"
    scenario.write_text(yaml.safe_dump(troubled), encoding="utf-8")
    done = warehouse(tmp_path / "home", "demo", "--scenario", str(scenario))
    assert done.returncode == 0, done.stderr
    served = tmp_path / "home" / "published" / "marts.duckdb"
    assert digests(served) == digests(rehearsed / "published" / "marts.duckdb")
