"""Each snippet of docs/bi.md runs as it is printed, in the folder that holds `published/`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.settings import REPOSITORY

pytestmark = pytest.mark.slow
PAGE = (REPOSITORY / "docs" / "bi.md").read_text(encoding="utf-8")
SNIPPETS = [
    (re.findall(r"^## (.*)$", PAGE[: found.start()], re.MULTILINE)[-1], found[1], found[2])
    for found in re.finditer(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
]
SHOWN = {
    "DuckDB on the command line": "purchase",
    "Python": "Revenue",
    "Arrow by ADBC": "followers: int64",
    "SQLAlchemy": "awareness",
    "Spreadsheets and files": "rows written to posts.parquet",
}


def test_each_recipe_has_a_snippet():
    assert [title for title, _, _ in SNIPPETS] == list(SHOWN)


@pytest.mark.parametrize(("title", "language", "code"), SNIPPETS, ids=[title for title, _, _ in SNIPPETS])
def test_the_recipe_runs_and_changes_nothing(title, language, code, own_home):
    served = (own_home / "published" / "marts.duckdb").resolve()
    before = served.read_bytes()
    served.chmod(0o440)
    command = [sys.executable, "-c", code] if language == "python" else [shutil.which("bash"), "-euc", code]
    done = subprocess.run(
        command,
        cwd=own_home,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert SHOWN[title] in done.stdout
    assert served.read_bytes() == before
    assert [path.name for path in (own_home / "published").iterdir() if path.suffix == ".wal"] == []
