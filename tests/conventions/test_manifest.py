"""Laws over the dbt project that no reviewer has to remember."""

from __future__ import annotations

import re

import pytest

from orchestration import gate
from orchestration.settings import DBT_PROJECT

LAYERS = ["staging", "intermediate", "marts"]
# What DuckDB would take and Spark would not, in SQL that both have to run.
FORBIDDEN = {
    "qualify": r"\bqualify\b",
    "pivot": r"\b(un)?pivot\b",
    "exclude": r"\bexclude\s*\(",
    "a :: cast": r"::",
    "// division": r"//",
    "a ~ match": r"[^!<>=]~",
    "a list literal": r"(?<![a-z_\])])\[[^\]]*\]",
    "a map or struct literal": r"\{'",
    "a lambda": r"->",
    "generate_series": r"\bgenerate_series\b|\brange\s*\(",
    "group by all": r"\bgroup\s+by\s+all\b",
    "strftime": r"\bstrftime\b",
    "a % b": r"%",
    "a star without some columns": r"\*\s+(exclude|except|replace)\b",
    "a type that Spark does not know": r"\bas\s+(varchar|hugeint|timestamptz|timestamp with time zone|json)\b",
    "a function that Spark does not know": r"\b(arg_max|arg_min|epoch|list_\w+|struct_pack|unnest|string_split)\s*\(",
    "a quotient of decimals, which each engine rounds in its own way": r"\d\.\d+\s*/\s*\d",
    "a NULL without a type": r"^\s*null\s+as\s|\bselect\s+null\s+as\s",
}


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


def _sql_lines(text: str) -> list[str]:
    """The lines of a model without Jinja, comments and the insides of texts; every line in its place."""
    blank = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", lambda jinja: "\n" * jinja[0].count("\n"), text, flags=re.DOTALL)
    return [re.sub(r"'[^']*'", "''", re.sub(r"--.*$", "", line)) for line in blank.splitlines()]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("qualify row_number() over (order by a) = 1", "qualify"),
        ("select a::date", "a :: cast"),
        ("select a // 2", "// division"),
        ("select a % 2", "a % b"),
        ("select * exclude (a)", "exclude"),
        ("select [1, 2]", "a list literal"),
        ("select {'a': 1}", "a map or struct literal"),
        ("select cast(a as varchar)", "a type that Spark does not know"),
        ("select arg_max(a, b)", "a function that Spark does not know"),
        ("select 3.5 / 0.6745 * a", "a quotient of decimals, which each engine rounds in its own way"),
        ("    null as a,", "a NULL without a type"),
    ],
)
def test_the_law_of_portable_sql_finds_what_it_forbids(line, name):
    (code,) = _sql_lines(line)
    assert name in {rule for rule, pattern in FORBIDDEN.items() if re.search(pattern, code, re.IGNORECASE)}


def test_models_are_written_in_sql_that_every_engine_runs():
    found = []
    for path in sorted((DBT_PROJECT / "models").rglob("*.sql")):
        for number, code in enumerate(_sql_lines(path.read_text(encoding="utf-8")), start=1):
            for name, pattern in FORBIDDEN.items():
                if re.search(pattern, code, re.IGNORECASE):
                    found.append(f"{path.relative_to(DBT_PROJECT)}:{number}: {name}")
    assert found == []


REFUSED_NAMES = re.compile(r"viewer|footprint|seen_by|stalk", re.IGNORECASE)


def test_who_looked_at_a_post_is_no_model_and_no_column(models):
    """M93: no API tells who saw a post; a model or column that names it fails."""
    assert REFUSED_NAMES.search("profile_viewers")
    named = [name for model in models for name in (model["name"], *model["columns"]) if REFUSED_NAMES.search(name)]
    assert named == []
