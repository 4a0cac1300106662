"""dbt as a child process: its command line, its manifest, and its failures in one sentence each."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestration import engine, remote
from orchestration.settings import DBT_PROJECT, REPOSITORY, Problem, Settings

DBT = Path(sys.executable).with_name("dbt")
EXAMPLES = 3


def environment(settings: Settings) -> dict[str, str]:
    """Return what dbt has to find in its environment."""
    return {
        "WAREHOUSE_ENGINE": settings.engine,
        "WAREHOUSE_PATH": str(settings.warehouse),
        # Each of dbt's threads would repeat what Spark's client warns of.
        **({"PYTHONWARNINGS": "ignore"} if settings.engine == "spark" else {}),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_PROJECT_DIR": str(DBT_PROJECT),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(settings.dbt_target),
        "DBT_LOG_PATH": str(settings.dbt_target / "logs"),
    }


def build_arguments(*, full_refresh: bool) -> list[str]:
    """Return the one dbt command of a run.

    No variables, since changed ones would re-parse everything; no unit tests, since they judge the code and not the
    data (`make test` runs them).
    """
    return ["build", "--exclude-resource-type", "unit_test", *(["--full-refresh"] if full_refresh else [])]


def ensure_manifest(settings: Settings) -> Path:
    """Parse the project if it changed since the last parse; return the manifest that Dagster reads."""
    manifest = settings.dbt_target / "manifest.json"
    sources = [path for path in DBT_PROJECT.rglob("*") if path.suffix in {".sql", ".yml", ".csv"}]
    newest = max((path.stat().st_mtime for path in sources), default=0.0)
    if not manifest.exists() or manifest.stat().st_mtime < newest:
        if settings.engine == "spark":
            remote.require_client()
        settings.dbt_target.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [str(DBT), "--quiet", "parse"],
            env={**os.environ, **environment(settings)},
            cwd=DBT_PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
            reason = " ".join(lines[-4:]) or done.stderr.strip()
            raise Problem(f"dbt can't read the project: {reason}")
    return manifest


def published(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the manifest's entries of the models that readers see, by table; nothing before dbt's first parse."""
    manifest = settings.dbt_target / "manifest.json"
    if not manifest.exists():
        return {}
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model" and "published" in node["tags"]}


def failures(settings: Settings) -> list[str]:
    """Say what failed in dbt's last run: the node, its file, and for a seed the line that broke the rule."""
    results = settings.dbt_target / "run_results.json"
    if not results.exists():
        return ["dbt ended before it built anything: see logs/dbt.log below the dbt target folder."]
    nodes = json.loads((settings.dbt_target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    sentences = []
    for result in json.loads(results.read_text(encoding="utf-8"))["results"]:
        node = nodes.get(result["unique_id"])
        if node and result["status"] in {"error", "fail", "runtime error"}:
            sentences.append(_sentence(settings, nodes, node, result))
    return sentences


def _sentence(settings: Settings, nodes: dict[str, Any], node: dict[str, Any], result: dict[str, Any]) -> str:
    message = " ".join((result.get("message") or "").split())
    if node["resource_type"] != "test":
        path = Path("dbt_project") / node["original_file_path"]
        return f"{path}: {node['resource_type']} {node['name']} failed: {message}"
    about = nodes.get(node.get("attached_node") or "") or next(
        (nodes[parent] for parent in node["depends_on"]["nodes"] if parent in nodes), node
    )
    path = Path("dbt_project") / about["original_file_path"]
    examples = list(_examples(settings, node))
    # A test of many rules says beside each row which of them it breaks.
    rules = dict.fromkeys(example.pop("broken_rule") for example in examples if "broken_rule" in example)
    rule = "; ".join(rules) or node["name"].replace("_", " ")
    line = _csv_line(path, examples[0]) if about["resource_type"] == "seed" and examples else None
    place = f"{path}, line {line}" if line else str(path)
    shown = "; ".join(json.dumps(example, default=str, ensure_ascii=False) for example in examples)
    return f"{place}: {rule}: broken by {result.get('failures') or 'some'} row(s){': ' + shown if shown else ''}"


def _examples(settings: Settings, node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a few rows that break a test, keys of people left out."""
    compiled = settings.dbt_target / "compiled" / "social_metrics" / node["original_file_path"]
    path = compiled / node["path"] if compiled.is_dir() else compiled
    sql = node.get("compiled_code") or (path.read_text(encoding="utf-8") if path.is_file() else None)
    if not sql:
        return
    for row in engine.of(settings).examples(sql.strip().rstrip(";"), EXAMPLES):
        yield {name: value for name, value in row.items() if name != "person_key"}


def _csv_line(path: Path, example: dict[str, Any]) -> int | None:
    """Return the line of the seed on which `example` stands, by the columns that both have."""
    with (REPOSITORY / path).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        shared = [name for name in reader.fieldnames or [] if name in example]
        for row in reader:
            if shared and all((row[name] or "") == _text(example[name]) for name in shared):
                return reader.line_num
    return None


def _text(value: Any) -> str:
    return "" if value is None else str(value)
