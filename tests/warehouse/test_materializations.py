"""How DuckDB makes tables, views and seeds, in a project of one of each."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt.cli.main import dbtRunner

from orchestration.settings import DBT_PROJECT

SEED = {"name": "cities", "config": {"column_types": {"code": "varchar"}}}
MODEL = {
    "name": "counted",
    "config": {"materialized": "table", "contract": {"enforced": True}},
    "columns": [{"name": "cities", "data_type": "bigint"}],
}


@pytest.fixture
def project(tmp_path) -> Path:
    shutil.copytree(DBT_PROJECT / "macros" / "materializations", tmp_path / "macros")
    target = {"type": "duckdb", "path": str(tmp_path / "warehouse.duckdb"), "schema": "main"}
    declared = {
        "dbt_project.yml": {"name": "small", "version": "1.0", "profile": "small"},
        "profiles.yml": {"small": {"target": "here", "outputs": {"here": target}}},
        "seeds/seeds.yml": {"seeds": [SEED]},
        "models/models.yml": {"models": [MODEL]},
    }
    for name, content in declared.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(yaml.safe_dump(content))
    (tmp_path / "seeds" / "cities.csv").write_text("code,name\n01,Kyoto\n")
    (tmp_path / "models" / "named.sql").write_text("select name from {{ ref('cities') }}")
    (tmp_path / "models" / "counted.sql").write_text("select count(*) as cities from {{ ref('named') }}")
    return tmp_path


def build(project: Path) -> dict[str, str]:
    """Run dbt, in this process since there is little to do; return what it says of each node."""
    done = dbtRunner().invoke(["--quiet", "build", "--project-dir", str(project), "--profiles-dir", str(project)])
    assert done.exception is None
    return {each.node.name: each.message for each in done.result}


def rows(project: Path, table: str) -> list[tuple]:
    with duckdb.connect(str(project / "warehouse.duckdb")) as con:
        return con.execute(f"from {table}").fetchall()


def test_a_seed_is_taken_anew_when_its_file_changes_and_what_hangs_on_it_follows(project):
    assert build(project)["cities"] == "CREATE 1"
    assert build(project)["cities"] == "UNCHANGED"
    assert (rows(project, "cities"), rows(project, "counted")) == ([("01", "Kyoto")], [(1,)])
    (project / "seeds" / "cities.csv").write_text("code,name\n02,Osaka\n03,\n")
    assert build(project)["cities"] == "CREATE 2"
    assert (rows(project, "cities"), rows(project, "counted")) == ([("02", "Osaka"), ("03", None)], [(2,)])


def test_a_seed_whose_column_changes_its_type_is_taken_anew(project):
    build(project)
    declared = {"seeds": [{**SEED, "config": {"column_types": {"code": "integer"}}}]}
    (project / "seeds" / "seeds.yml").write_text(yaml.safe_dump(declared))
    assert build(project)["cities"] == "CREATE 1"
    assert rows(project, "cities") == [(1, "Kyoto")]


def test_a_model_that_breaks_its_contract_or_fails_leaves_its_last_table(project):
    build(project)
    model = project / "models" / "counted.sql"
    model.write_text("select name as cities from {{ ref('named') }}")
    assert "contract" in build(project)["counted"]
    model.write_text("select cast(name as bigint) as cities from {{ ref('named') }}")
    assert "Could not convert string 'Kyoto'" in build(project)["counted"]
    assert rows(project, "counted") == [(1,)]


def test_a_view_that_becomes_a_table_and_back_is_replaced(project):
    build(project)
    kinds = "select table_type from information_schema.tables where table_name = 'named'"
    for materialized, kind in (("table", "BASE TABLE"), ("view", "VIEW")):
        (project / "models" / "named.sql").write_text(
            f"{{{{ config(materialized='{materialized}') }}}} select name from {{{{ ref('cities') }}}}"
        )
        build(project)
        assert rows(project, f"({kinds})") == [(kind,)]
