from __future__ import annotations

import json
from dataclasses import replace

import duckdb
import pytest

from orchestration import candidate, gate, publish, raw, tombstones
from orchestration.settings import Problem

RUN = "0123456789abcdef"


@pytest.fixture
def suites(monkeypatch):
    """One suite over the one mart of these tests."""
    entry = gate.Expectation("fct_x", "id_is_unique", "expect_column_values_to_be_unique", {}, "key", "critical")
    monkeypatch.setattr(gate, "suites", lambda: {"fct_x": [entry]})


def build(settings, rows: int) -> None:
    settings.warehouse.unlink(missing_ok=True)
    with raw.opened(settings.warehouse) as con:
        con.execute("create schema marts; create schema intermediate")
        con.execute("create table intermediate.int_reporting_window as select date '2026-08-31' as last_date")
        con.execute(f"create table marts.fct_x as select i as id, i % 7 as v from range({rows}) t(i)")
    columns = {"id": {"name": "id", "data_type": "bigint", "description": ""}}
    columns["v"] = {"name": "v", "data_type": "bigint", "description": "Units of v."}
    mart = {"name": "fct_x", "resource_type": "model", "tags": ["published"], "description": "One row per x, it's x."}
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    manifest = json.dumps({"nodes": {"model.p.fct_x": {**mart, "columns": columns}}})
    (settings.dbt_target / "manifest.json").write_text(manifest)


def pass_verdict(settings, *, success: bool = True, keys=("fct_x.id_is_unique",)) -> None:
    results = [
        {
            "key": key,
            "table": "fct_x",
            "name": key.split(".")[1],
            "severity": "critical",
            "why": "key",
            "success": success,
            "error": None,
            "observed": "2 unexpected of 3",
            "examples": [{"id": "1"}],
        }
        for key in keys
    ]
    digest = publish.sha256(candidate.path_of(settings))
    gate.verdict_path(settings).write_text(json.dumps({"sha256": digest, "results": results}))


def published(settings, rows: int) -> publish.Version:
    build(settings, rows)
    contents = candidate.write(settings, RUN)
    candidate.verify(candidate.path_of(settings), contents)
    pass_verdict(settings)
    return publish.publish(settings, RUN)


def served_rows(settings) -> int:
    with duckdb.connect(str(settings.published / "marts.duckdb"), read_only=True) as con:
        return con.execute("select count(*) from marts.fct_x").fetchone()[0]


def test_what_passed_is_served_with_its_descriptions_and_one_row_about_itself(settings, suites):
    published(settings, 3)
    with duckdb.connect(str(settings.published / "marts.duckdb"), read_only=True) as con:
        assert con.execute("select count(*) from marts.fct_x").fetchone() == (3,)
        assert con.execute(
            "select run_id, data_through, gate_verdict, row_counts from marts.publication"
        ).fetchall() == [(RUN, __import__("datetime").date(2026, 8, 31), "passed", '{"fct_x": 3}')]
        assert con.execute("select comment from duckdb_tables() where table_name = 'fct_x'").fetchone() == (
            "One row per x, it's x.",
        )


def test_the_same_build_has_the_same_hash_whatever_the_order_of_its_rows(settings, suites):
    first = published(settings, 100).manifest["tables"]["fct_x"]
    build(settings, 100)
    with raw.opened(settings.warehouse) as con:
        con.execute("create or replace table marts.fct_x as from marts.fct_x order by id desc")
    assert candidate.write(settings, RUN)["fct_x"] == first


def test_without_a_verdict_nothing_is_published(settings, suites):
    published(settings, 3)
    build(settings, 4)
    candidate.write(settings, RUN)
    with pytest.raises(Problem, match="the gate has not judged this candidate"):
        publish.publish(settings, RUN)
    assert served_rows(settings) == 3


def test_a_verdict_on_other_bytes_does_not_count(settings, suites):
    build(settings, 3)
    candidate.write(settings, RUN)
    pass_verdict(settings)
    build(settings, 4)
    candidate.write(settings, RUN)
    with pytest.raises(Problem, match="the gate has not judged this candidate"):
        publish.publish(settings, RUN)


def test_a_red_verdict_names_what_failed_with_examples_and_leaves_the_last_one_served(settings, suites):
    published(settings, 3)
    build(settings, 4)
    candidate.write(settings, RUN)
    pass_verdict(settings, success=False)
    with pytest.raises(Problem) as refusal:
        publish.publish(settings, RUN)
    assert str(refusal.value) == (
        "the gate refused the build, the last publication is still served: "
        'fct_x.id_is_unique failed (key; 2 unexpected of 3, for example [{"id": "1"}])'
    )
    assert served_rows(settings) == 3


def test_an_expectation_that_was_not_judged_is_no_pass(settings, suites):
    build(settings, 3)
    candidate.write(settings, RUN)
    pass_verdict(settings, keys=())
    with pytest.raises(Problem, match=r"did not judge fct_x\.id_is_unique"):
        publish.publish(settings, RUN)


def test_a_flipped_byte_is_found_before_publication(settings, suites):
    build(settings, 200_000)
    contents = candidate.write(settings, RUN)
    file = candidate.path_of(settings)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(Problem, match=r"is damaged|differs from what was written"):
        candidate.verify(file, contents)


def test_rollback_serves_the_version_before_and_the_next_run_goes_on_from_there(settings, suites):
    first, second = published(settings, 3), published(settings, 4)
    assert publish.served(settings) == second.path.resolve()
    assert publish.rollback(settings).path == first.path
    assert served_rows(settings) == 3
    with pytest.raises(Problem, match="no earlier publication"):
        publish.rollback(settings)
    published(settings, 5)
    assert served_rows(settings) == 5
    assert publish.rollback(settings).path == first.path, "what was rolled back from is not served again"


def test_old_versions_go_but_never_the_one_that_is_served(settings, suites):
    settings = replace(settings, environ={**settings.environ, "WAREHOUSE_KEEP_VERSIONS": "2"})
    for rows in range(1, 5):
        published(settings, rows)
    assert [version.manifest["tables"]["fct_x"]["rows"] for version in publish.versions(settings)] == [3, 4]
    assert served_rows(settings) == 4


def test_row_33_no_version_from_before_an_erasure_is_kept(settings, suites):
    """Row 33 of the fault matrix."""
    published(settings, 3)
    tombstones.note(settings, [("24", "2")])
    published(settings, 4)
    assert [version.manifest["tables"]["fct_x"]["rows"] for version in publish.versions(settings)] == [4]
    with pytest.raises(Problem, match="no earlier publication"):
        publish.rollback(settings)


def test_a_reader_that_holds_the_old_file_keeps_it_and_the_next_one_gets_the_new(settings, suites):
    published(settings, 3)
    with duckdb.connect(str(settings.published / "marts.duckdb"), read_only=True) as held:
        published(settings, 4)
        assert held.execute("select count(*) from marts.fct_x").fetchone() == (3,)
    assert served_rows(settings) == 4


def test_the_served_file_is_for_owner_and_group_only(settings, suites):
    version = published(settings, 3)
    assert oct(version.path.stat().st_mode & 0o777) == "0o640"
    assert oct(settings.published.stat().st_mode & 0o777) == "0o750"


def test_a_build_without_marts_is_refused(settings, suites):
    with raw.opened(settings.warehouse) as con:
        con.execute("create schema marts")
    with pytest.raises(Problem, match="holds no marts"):
        candidate.write(settings, RUN)


def test_no_room_is_named_with_the_bytes_that_are_missing(settings, suites, monkeypatch):
    import shutil

    build(settings, 3)
    usage = shutil.disk_usage(settings.home)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(Problem, match=r"has 10 bytes free and a publication may need [\d,]+: make room"):
        candidate.write(settings, RUN)
