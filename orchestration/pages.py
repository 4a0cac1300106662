"""What people look at, made with the publication: the weekly brief, dbt's documentation, the lineage of each column.

published/brief/<brand>.<language>.html   the last whole week of a brand
published/lineage/index.html              dbt's own documentation, one static file
published/lineage/columns.html, .json     each column with the columns that it is made of
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any

from dashboard import brief, lineage_pages
from orchestration import engine, publish
from orchestration.settings import Problem, Settings

DBT_PAGE = "dbt/task/docs/index.html"


def write_brief(settings: Settings) -> list[Path]:
    """Write the weekly brief of what is served now; return its files, one a brand and language."""
    if publish.served(settings) is None:
        raise Problem("there is nothing published to write of: `warehouse run` or `warehouse demo` does it.")
    return brief.write(settings.published / publish.SERVED)


def write_lineage(settings: Settings) -> list[Path]:
    """Write dbt's documentation and the column lineage of the build, if either has changed; return the files."""
    manifest_file, traced_file = settings.dbt_target / "manifest.json", settings.dbt_target / "lineage.json"
    folder = settings.published / lineage_pages.FOLDER
    files = [folder / name for name in ("index.html", "columns.html", "columns.json")]
    if not manifest_file.exists() or not traced_file.exists():
        return []
    newest = max(manifest_file.stat().st_mtime, traced_file.stat().st_mtime)
    if all(file.exists() and file.stat().st_mtime >= newest for file in files):
        return files
    manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
    traced = _traced(manifest, json.loads(traced_file.read_text(encoding="utf-8")))
    contents = (
        _documentation(manifest, _catalog(manifest, engine.of(settings))),
        lineage_pages.page(traced, {_relation(node): _comments(node) for node in _nodes(manifest)}),
        json.dumps(traced),
    )
    folder.mkdir(exist_ok=True)
    for file, content in zip(files, contents, strict=True):
        beside = file.with_name(f".{file.name}.part")
        beside.write_text(content, encoding="utf-8")
        beside.replace(file)
    return files


def _traced(manifest: dict[str, Any], kept: dict[str, Any]) -> lineage_pages.Traced:
    """Return the lineage that Dagster shows, by relation in place of model."""
    return {
        _relation(node): {
            column: [[".".join(key), name] for key, name in origins]
            for column, origins in kept[node["unique_id"]]["deps"].items()
        }
        for node in _nodes(manifest)
        if node["unique_id"] in kept
    }


def _documentation(manifest: dict[str, Any], catalog: dict[str, Any]) -> str:
    """Return dbt's page with its data in it, as `dbt docs generate --static` does, without a process of seconds."""
    page = Path(str(metadata.distribution("dbt-core").locate_file(DBT_PAGE))).read_text(encoding="utf-8")
    quiet = {**manifest, "metadata": {**manifest["metadata"], "send_anonymous_usage_stats": False}}
    for place, data in (("MANIFEST", quiet), ("CATALOG", catalog)):
        inline = json.dumps(data).replace("</", "<\\/")  # a description must not end the script
        page = page.replace(f'"{place}.JSON INLINE DATA"', inline)
    return page


def _catalog(manifest: dict[str, Any], built: engine.Engine) -> dict[str, Any]:
    """Return the columns and types of the build as dbt's catalogue has them."""
    listed = {"nodes": manifest["nodes"], "sources": manifest["sources"]}
    columns = built.columns(
        [_relation(node) for node in _nodes(manifest)] + [*map(_relation, manifest["sources"].values())]
    )
    catalog: dict[str, Any] = {"metadata": manifest["metadata"], "errors": None, "nodes": {}, "sources": {}}
    for kind, nodes in listed.items():
        for name, node in nodes.items():
            found = columns.get(_relation(node)) if "schema" in node else None
            if found:
                catalog[kind][name] = _catalogued(node, found)
    return catalog


def _catalogued(node: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
    schema, name = _relation(node).split(".", 1)
    return {
        "unique_id": node["unique_id"],
        "metadata": {
            "type": "table",
            "schema": schema,
            "name": name,
            "database": node["database"],
            "comment": None,
            "owner": None,
        },
        "columns": {
            column: {"type": kind, "index": index, "name": column, "comment": _comments(node).get(column)}
            for index, (column, kind) in enumerate(columns.items(), 1)
        },
        "stats": {},
    }


def _nodes(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] in {"model", "seed"}]


def _relation(node: dict[str, Any]) -> str:
    return f"{node['schema']}.{node.get('alias') or node['name']}"


def _comments(node: dict[str, Any]) -> dict[str, str]:
    return {column["name"]: column.get("description") or "" for column in node["columns"].values()}
