"""The gate: Great Expectations judges exactly the bytes that would be served, in a process of its own.

The library's import costs about ten CPU seconds and it keeps the file open, so only the child process
(`python -m orchestration.gate`) imports it. Suites are the YAML files of expectations/, one a mart.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestration import notes, quality
from orchestration.settings import DBT_PROJECT, EXPECTATIONS, REPOSITORY, Problem, Settings

SEVERITIES = ("critical", "warning")


@dataclass(frozen=True)
class Expectation:
    """One promise to readers: what must hold of a table, why, how much hangs on it, and whom to ask."""

    table: str
    name: str
    type: str
    kwargs: dict[str, Any]
    why: str
    severity: str
    key_columns: tuple[str, ...] = ()
    owner: str = ""

    @property
    def key(self) -> str:
        """Return the name under which a verdict knows it."""
        return f"{self.table}.{self.name}"

    @property
    def query(self) -> str | None:
        """Return the SELECT whose rows break it, None where its type is of columns."""
        query = self.kwargs.get("unexpected_rows_query")
        return query.format(batch=f'marts."{self.table}"') if query else None


def suites(folder: Path = EXPECTATIONS) -> dict[str, list[Expectation]]:
    """Read every suite; a misshapen one is refused by file and entry."""
    found: dict[str, list[Expectation]] = {}
    owners = _owners()
    for path in sorted(folder.glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        table = document["table"]
        owner = owners.get(table, owners["publication"])
        entries = [_expectation(path, document, entry, owner) for entry in document["expectations"]]
        names = [entry.name for entry in entries]
        if len(set(names)) < len(names) or path.stem != table:
            raise Problem(f"{path.name}: names must be unique and the file named after its table {table}.")
        found[table] = entries
    return found


def _owners() -> dict[str, str]:
    """Return whom to ask about each table: the owner of its model's group, which its folder is named after."""
    groups = yaml.safe_load((DBT_PROJECT / "models" / "_groups.yml").read_text(encoding="utf-8"))["groups"]
    addresses = {group["name"]: group["owner"]["email"] for group in groups}
    models = (DBT_PROJECT / "models" / "marts").rglob("*.sql")
    owners = {model.stem: addresses.get(model.parent.name, addresses["core"]) for model in models}
    return {**owners, "publication": addresses["core"]}


def _expectation(path: Path, document: dict[str, Any], entry: dict[str, Any], owner: str) -> Expectation:
    missing = {"name", "type", "why", "severity"} - set(entry)
    if missing or entry.get("severity") not in SEVERITIES:
        raise Problem(
            f"{path.name}: expectation {entry.get('name', '?')} lacks {', '.join(sorted(missing)) or 'a severity'}:"
            f" write why it is there and whether it is {' or '.join(SEVERITIES)}."
        )
    return Expectation(
        document["table"],
        entry["name"],
        entry["type"],
        entry.get("kwargs", {}),
        entry["why"],
        entry["severity"],
        tuple(document["key"]),
        owner,
    )


def verdict_path(settings: Settings) -> Path:
    """Return where the verdict on the candidate lies."""
    return settings.published / "versions" / ".verdict.json"


def judge(settings: Settings, candidate: Path) -> dict[str, Any]:
    """Let the child process judge `candidate`, beside what is served and whole; return its verdict."""
    from orchestration import data_docs, publish  # they read verdicts, and so import this module

    path, served = verdict_path(settings), publish.intact(settings)
    path.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.gate", str(candidate), str(path), *([str(served)] if served else [])],
        cwd=REPOSITORY,
        env={**os.environ, "GX_ANALYTICS_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdict = read_verdict(settings)
    if done.returncode or verdict is None:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Problem(f"the gate could not judge {candidate.name} ({last}): nothing is published.")
    quality.record(settings, verdict)
    data_docs.write(settings, verdict)
    return verdict


def read_verdict(settings: Settings) -> dict[str, Any] | None:
    """Return the verdict on the candidate, or None if there is none."""
    return notes.read(verdict_path(settings))


def refusal(verdict: dict[str, Any]) -> str | None:
    """Return why a verdict forbids publication, naming what failed with examples; None if it doesn't."""
    judged = {result["key"]: result for result in verdict["results"]}
    unjudged = sorted(entry.key for suite in suites().values() for entry in suite if entry.key not in judged)
    if unjudged:
        return f"the gate did not judge {', '.join(unjudged)}: run again; the last publication is still served."
    failed = [result for result in judged.values() if blocks(result)]
    if not failed:
        return None
    named = "; ".join(_described(result) for result in failed)
    return f"the gate refused the build, the last publication is still served: {named}"


def blocks(result: dict[str, Any]) -> bool:
    """Say whether a result forbids publication: a critical one failed, or any could not be judged at all."""
    return bool(result["error"]) or (not result["success"] and result["severity"] == "critical")


def _described(result: dict[str, Any]) -> str:
    if result["error"]:
        return f"{result['key']} could not be judged ({result['error']})"
    shown = f", for example {json.dumps(result['examples'], ensure_ascii=False)}" if result["examples"] else ""
    return f"{result['key']} failed ({result['why']}; {result['observed']}{shown})"


if __name__ == "__main__":
    from orchestration.judge import end_with_parent, main

    end_with_parent()
    paths = [Path(argument) for argument in sys.argv[1:]]
    sys.exit(main(*paths[:2], served=paths[2] if len(paths) > 2 else None))
