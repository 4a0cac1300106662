"""The law of portable SQL: what one engine alone would run, or each in its own way, is refused with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from orchestration.settings import DBT_PROJECT
from orchestration.spark import type_of

# What DuckDB would take and Spark would not.
REFUSED = {
    "qualify": r"\bqualify\b",
    "pivot": r"\b(un)?pivot\b",
    "exclude": r"\bexclude\s*\(",
    "a star without some columns": r"\*\s+(exclude|except|replace)\b|\bcolumns\s*\(",
    "from without select": r"(^|\()\s*from\b.*\bselect\b",
    "a :: cast": r"::",
    "// division": r"//",
    "a % b": r"%",
    "a ~ match": r"~",
    "a list literal": r"(?<![\w\])])\[[^\]]*\]",
    "a map or struct literal": r"\{\s*'",
    "a lambda": r"->|\blambda\b",
    "generate_series": r"\bgenerate_series\b|\brange\s*\(",
    "group or order by all": r"\b(group|order)\s+by\s+all\b",
    "distinct on": r"\bdistinct\s+on\b",
    "union by name": r"\bby\s+name\b",
    "a join of one engine": r"\b(asof|positional|semi|anti)\s+join\b|\busing\s+sample\b",
    "a type that Spark does not know": r"\bas\s+(varchar|text|bool|hugeint|timestamptz|timestamp with time zone|json"
    r"|int[248]|float[48]|u\w*int|uuid|time)\s*[()]",
    "a function that Spark does not know": r"\b(arg_max|arg_min|epoch(_\w+)?|list(_\w+)?|struct_pack|unnest"
    r"|string_split|str[fp]time|regexp_matches|quantile\w*|starts_with|array_to_string|date_sub|isodow)\s*\(",
    "a NULL without a type": r"^\s*null\s+as\s|\bselect\s+null\s+as\s",
}
# What both would take, with another result.
AMBIGUOUS = {
    "a quotient of decimals, which each engine rounds in its own way": r"\d\.\d+\s*/\s*\d",
    "a list's place, counted from 1 here and from 0 there": r"[\w\])]\[",
    "a power sign, on Spark an exclusive or": r"\^|\*\*",
    "a quoted name, on Spark a text": r'"',
    "a weekday of the engine's own count": r"\b(dayofweek|weekday)\s*\(|\bextract\s*\(\s*(dow|dayofweek)\b",
    "a backslash, which Spark takes out of a text": r"\\",
    "log, here to base 10 and there natural: ln or log10": r"\blog\s*\(",
    "concat, which skips NULL here only": r"\bconcat\s*\(",
    "regexp_replace, of the first match here and of all there": r"\bregexp_replace\s*\(",
    "a function of days that dbt knows for every engine": r"\bdate_?(add|diff)\s*\(",
}
FORBIDDEN = REFUSED | AMBIGUOUS
# A hook is Jinja in a text of Jinja.
JINJA = re.compile(r"\{\{(?:\"[^\"]*\"|.)*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
OF_ONE_ENGINE = re.compile(r"\{%-?\s*macro\s+(default__|spark_).*?\bendmacro\s*-?%\}", re.DOTALL)
ANY_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


def _broken(text: str, first: int = 1) -> Iterator[tuple[int, str]]:
    """Yield line and rule of what an SQL text with Jinja holds against the law; `first` is the number of its line."""
    # What Jinja passes on as a text is SQL too, but a text in it; the rest keeps only its lines.
    plain = JINJA.sub(lambda jinja: _lines_of(jinja[0]), text)
    for number, line in enumerate(plain.splitlines(), start=first):
        code = re.sub(r"'[^'\\]*'", "''", re.sub(r"--.*$", "", line))
        for name, pattern in FORBIDDEN.items():
            if re.search(pattern, code, re.IGNORECASE):
                yield number, name


def _lines_of(jinja: str) -> str:
    """Keep of a piece of Jinja the insides of its texts, each in its line."""
    if jinja.startswith("{#"):
        return "\n" * jinja.count("\n")
    kept = [text[0][1:-1] for text in ANY_TEXT.finditer(jinja)]
    inside = " ".join(kept)
    return inside + "\n" * (jinja.count("\n") - inside.count("\n"))


def _sql_files() -> Iterator[tuple[Path, list[tuple[int, str]]]]:
    """Yield every model and macro with what it breaks; what a macro says to one engine alone is left out."""
    for folder in ("models", "macros"):
        for path in sorted((DBT_PROJECT / folder).rglob("*.sql")):
            text = path.read_text(encoding="utf-8")
            yield path, list(_broken(OF_ONE_ENGINE.sub(lambda macro: "\n" * macro[0].count("\n"), text)))


def _properties() -> Iterator[tuple[Path, yaml.Node]]:
    for folder in ("models", "seeds"):
        for path in sorted((DBT_PROJECT / folder).rglob("*.yml")):
            yield path, yaml.compose(path.read_text(encoding="utf-8"))


def _values(node: yaml.Node, *under: str) -> Iterator[yaml.ScalarNode]:
    """Yield the values below the keys `under` of a yml document, with their places."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        yield from _scalars(value) if key.value in under else _values(value, *under)
    for each in node.value if isinstance(node, yaml.SequenceNode) else ():
        yield from _values(each, *under)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _scalars(each)
    else:
        for _, value in node.value:
            yield from _scalars(value)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("qualify row_number() over (order by a) = 1", "qualify"),
        ("select a::date", "a :: cast"),
        ("select a // 2", "// division"),
        ("select a % 2", "a % b"),
        ("where a !~ 'b'", "a ~ match"),
        ("select * exclude (a)", "exclude"),
        ("select columns('a.*')", "a star without some columns"),
        ("from orders select a", "from without select"),
        ("select [1, 2]", "a list literal"),
        ("select {'a': 1}", "a map or struct literal"),
        ("list_transform(a, lambda x: x + 1)", "a lambda"),
        ("select distinct on (a) b", "distinct on"),
        ("union all by name", "union by name"),
        ("select cast(a as varchar)", "a type that Spark does not know"),
        ("select cast(a as text)", "a type that Spark does not know"),
        ("{{ days_between('cast(a as varchar(9))', 'b') }}", "a type that Spark does not know"),
        ("select arg_max(a, b)", "a function that Spark does not know"),
        ("select list(a)", "a function that Spark does not know"),
        ("select 3.5 / 0.6745 * a", "a quotient of decimals, which each engine rounds in its own way"),
        ("select names[1]", "a list's place, counted from 1 here and from 0 there"),
        ("select a ^ 2", "a power sign, on Spark an exclusive or"),
        ('select "Name"', "a quoted name, on Spark a text"),
        ("select log(a)", "log, here to base 10 and there natural: ln or log10"),
        ("where a like '50\\%'", "a backslash, which Spark takes out of a text"),
        ("    null as a,", "a NULL without a type"),
    ],
)
def test_the_law_of_portable_sql_finds_what_it_forbids(line, name):
    assert (1, name) in list(_broken(line))


def test_what_is_said_in_comments_and_texts_is_no_sql():
    text = "select 'a::b [c]' as a -- a % b\n{# a // b #}\n{% set b = [1] %}\nfrom {{ ref('a') }}"
    assert list(_broken(text)) == []


def test_models_and_macros_are_written_in_sql_that_every_engine_runs():
    found = [f"{path.relative_to(DBT_PROJECT)}:{line}: {name}" for path, rules in _sql_files() for line, name in rules]
    assert found == []


def test_conditions_of_tests_are_written_in_sql_that_every_engine_runs():
    found = [
        f"{path.relative_to(DBT_PROJECT)}:{line}: {name}"
        for path, document in _properties()
        for value in _values(document, "data_tests", "where")
        for line, name in _broken(value.value, value.start_mark.line + 1)
    ]
    assert found == []


def test_contracts_and_seeds_name_types_that_every_engine_has():
    found = []
    for path, document in _properties():
        for value in _values(document, "data_type", "column_types"):
            try:
                type_of(value.value.upper().replace(", ", ","))
            except KeyError:
                found.append(f"{path.relative_to(DBT_PROJECT)}:{value.start_mark.line + 1}: {value.value}")
    assert found == []


def test_a_model_that_grows_replaces_whole_partitions(manifest):
    """On Spark insert_overwrite without a partition would replace the whole table, on DuckDB the key alone decides."""
    growing = [
        node for node in manifest["nodes"].values() if node["unrendered_config"].get("materialized") == "incremental"
    ]
    assert growing
    for node in growing:
        config = node["config"]
        assert config.get("partition_by") == config["unique_key"], f"{node['original_file_path']}: partition_by"
