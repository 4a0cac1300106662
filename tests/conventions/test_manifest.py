"""Laws over the dbt project that no reviewer has to remember."""

from __future__ import annotations

import re

import pytest

from orchestration import gate
from orchestration.settings import DBT_PROJECT

LAYERS = ["staging", "intermediate", "marts"]


@pytest.fixture(scope="session")
def models(manifest):
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def layer(node) -> int:
    return LAYERS.index(node["fqn"][1]) if node["resource_type"] == "model" else -1


def test_data_flows_one_way(manifest, models):
    for model in models:
        parents = model["depends_on"]["nodes"]
        if layer(model) == 0:
            assert [parent.split(".")[0] for parent in parents] == ["source"], f"{model['name']} reads one raw table"
        else:
            assert all(parent.split(".")[0] != "source" for parent in parents), f"{model['name']} reads raw"
            upward = [p for p in parents if p in manifest["nodes"] and layer(manifest["nodes"][p]) > layer(model)]
            assert upward == [], f"{model['name']} reads what is built on it"


def test_every_staged_row_names_the_account_that_it_was_asked_of(models):
    """M153: rows of many connections stand in one table, so each says which it is of: `<source>:<native id>`."""
    links = (DBT_PROJECT / "macros" / "staging" / "hubspot_links.sql").read_text(encoding="utf-8")
    assert "account_id" in links
    for model in models:
        if layer(model) == 0 and model["fqn"][2] not in {"files", "registry"}:
            named = re.search(r"\|\| account_id\b.* as account_id", model["raw_code"])
            assert named or "hubspot_links(" in model["raw_code"], model["name"]


def test_every_mart_has_an_enforced_contract_and_a_key(manifest, models):
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "unique_key"
    }
    for model in models:
        if layer(model) == 2:
            assert model["config"]["contract"]["enforced"], model["name"]
            assert model["unique_id"] in keyed, f"{model['name']} has no unique_key test"


def test_every_mart_and_each_of_its_columns_is_described(models):
    for model in models:
        if layer(model) == 2:
            assert model["description"].startswith("One row per"), model["name"]
            bare = [name for name, column in model["columns"].items() if not column["description"]]
            assert bare == [], model["name"]


def test_every_seed_describes_each_of_its_columns(manifest):
    for node in manifest["nodes"].values():
        if node["resource_type"] == "seed":
            header = (DBT_PROJECT / node["original_file_path"]).read_text(encoding="utf-8").splitlines()[0].split(",")
            described = {name for name, column in node["columns"].items() if column["description"]}
            assert set(header) <= described, node["name"]


def test_every_mart_has_a_suite_and_every_suite_a_mart(models):
    marts = {model["name"] for model in models if layer(model) == 2}
    assert set(gate.suites()) == marts | {"publication"}


def test_the_first_expectation_of_a_suite_counts_rows():
    for table, suite in gate.suites().items():
        assert suite[0].type.startswith("expect_table_row_count"), f"{table}: zero rows pass every other expectation"


REFUSED_NAMES = re.compile(r"viewer|footprint|seen_by|stalk", re.IGNORECASE)


def test_who_looked_at_a_post_is_no_model_and_no_column(models):
    """M93: no API tells who saw a post; a model or column that names it fails."""
    assert REFUSED_NAMES.search("profile_viewers")
    named = [name for model in models for name in (model["name"], *model["columns"]) if REFUSED_NAMES.search(name)]
    assert named == []
