"""Laws over the repository: what the documents say is true, and what must not be in it isn't."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.cli import parser
from orchestration.settings import REPOSITORY

COMMANDS = sorted(parser()._subparsers._group_actions[0].choices)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return [REPOSITORY / name for name in listed.stdout.splitlines()]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([command, "--help"])
    assert ended.value.code == 0
    assert "--home DIR" in capsys.readouterr().out


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_the_readme_names_only_commands_and_files_that_exist(readme):
    text = (REPOSITORY / readme).read_text(encoding="utf-8")
    assert set(re.findall(r"bin/warehouse (\w+)", text)) <= set(COMMANDS)
    targets = re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"make (\w+)", text)) <= set(targets)
    assert [name for name in re.findall(r"\]\(([^)#:]+)\)", text) if not (REPOSITORY / name).exists()] == []


def test_the_lock_has_a_hash_for_every_package_and_no_address():
    text = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    packages = re.findall(r"^([a-z0-9_.-]+)==", text, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9_.-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(packages) == len(blocks)
    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_nothing_of_this_machine_is_in_a_tracked_file():
    homes = re.compile(r"/(home|root|work|Users)/[a-z]")
    found = [
        str(path.relative_to(REPOSITORY))
        for path in tracked()
        if path.suffix in {".py", ".sql", ".yml", ".yaml", ".toml", ".md", ".csv", ".lock"}
        and path.name != Path(__file__).name
        and homes.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_importing_the_definitions_loads_nothing_heavy():
    code = (
        "import sys, orchestration.definitions;"
        "print([name for name in ('great_expectations', 'dbt', 'pandas', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_function_or_class_of_a_module_is_defined_twice():
    """The later one wins in silence, as after a merge that kept both sides."""
    twice = []
    for path in (one for one in tracked() if one.suffix == ".py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        twice += [f"{path.name}: {name}" for name in names if names.count(name) > 1]
    assert twice == []
