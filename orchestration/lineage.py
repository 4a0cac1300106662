"""What Dagster shows of a dbt model beside dbt's own events: row count, columns, and where each column comes from.

Read once after dbt has ended, in one connection. dagster-dbt can fetch the same event by event, but polls in a busy
loop while dbt works and derives every lineage anew in every run: 65 s more on two cores for the hundred models here.
A lineage depends only on a model's SQL and its parents' columns, so it is kept until one of them changes.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.core.dbt_cli_event import EventHistoryMetadata, _build_column_lineage_metadata

from orchestration import raw
from orchestration.settings import Settings

LINEAGE = "dagster/column_lineage"
COLUMNS = """
    select schema_name || '.' || table_name, column_name, data_type, comment
    from duckdb_columns() where not internal order by table_oid, column_index
"""


class ModelMetadata:
    """The metadata of the models of one build, by their manifest entry."""

    def __init__(self, settings: Settings, manifest: Mapping[str, Any], translator: DagsterDbtTranslator):
        self.manifest, self.translator, self.target = manifest, translator, settings.dbt_target
        self.columns: dict[str, dict[str, tuple[str, str | None]]] = {}
        with raw.opened(settings.warehouse, read_only=True) as con:
            for relation, name, kind, comment in con.execute(COLUMNS).fetchall():
                self.columns.setdefault(relation, {})[name] = (kind, comment)
            tables = con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
            self.row_counts = {
                f"{schema}.{table}": con.execute(f'select count(*) from "{schema}"."{table}"').fetchone()[0]
                for schema, table in tables
            }
        self._kept_in = settings.dbt_target / "lineage.json"
        self._kept = json.loads(self._kept_in.read_text(encoding="utf-8")) if self._kept_in.exists() else {}

    def of(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """Return the metadata of one model or seed."""
        relation = _relation(node)
        metadata: dict[str, Any] = {"dagster/table_name": relation}
        if relation in self.row_counts:
            metadata["dagster/row_count"] = self.row_counts[relation]
        if relation in self.columns:
            metadata["dagster/column_schema"] = dg.TableSchema(
                [dg.TableColumn(name, kind, comment) for name, (kind, comment) in self.columns[relation].items()]
            )
            lineage = self._lineage(node)
            if lineage:
                metadata[LINEAGE] = lineage
        return metadata

    def keep(self) -> None:
        """Write down the lineages for the next run."""
        self._kept_in.write_text(json.dumps(self._kept), encoding="utf-8")

    def _lineage(self, node: Mapping[str, Any]) -> dg.TableColumnLineage | None:
        sql = self._compiled(node)
        if sql is None:
            return None
        parents = [self._node(parent) for parent in node["depends_on"]["nodes"]]
        seen = [sql, *(json.dumps(self.columns.get(_relation(parent), {})) for parent in [node, *parents])]
        digest = hashlib.sha256("\0".join(seen).encode()).hexdigest()
        kept = self._kept.get(node["unique_id"])
        if kept is None or kept["digest"] != digest:
            kept = {"digest": digest, "deps": self._derived(node, parents)}
            self._kept[node["unique_id"]] = kept
        return dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(dg.AssetKey(key), name) for key, name in deps]
                for column, deps in kept["deps"].items()
            }
        )

    def _derived(self, node: Mapping[str, Any], parents: list[Mapping[str, Any]]) -> dict[str, list]:
        history = EventHistoryMetadata(
            columns=self._types(node), parents={parent["relation_name"]: self._types(parent) for parent in parents}
        )
        logging.getLogger("sqlglot").setLevel(logging.ERROR)
        try:
            built = _build_column_lineage_metadata(
                history, dict(node), self.manifest, self.translator, self.target, None
            )
        except Exception as error:  # sqlglot raises many kinds, and a picture is no reason to fail a run
            logging.getLogger("warehouse").debug("no lineage of %s: %s", node["name"], error)
            return {}
        lineage = built.get(LINEAGE)
        return {
            column: sorted([list(dep.asset_key.path), dep.column_name] for dep in deps)
            for column, deps in (lineage.deps_by_column.items() if lineage else ())
        }

    def _types(self, node: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        return {name: {"data_type": kind} for name, (kind, _) in self.columns.get(_relation(node), {}).items()}

    def _node(self, unique_id: str) -> Mapping[str, Any]:
        return self.manifest["sources" if unique_id.startswith("source.") else "nodes"][unique_id]

    def _compiled(self, node: Mapping[str, Any]) -> str | None:
        path = Path(self.target, "compiled", node["package_name"], node["original_file_path"])
        return path.read_text(encoding="utf-8") if node["resource_type"] == "model" and path.is_file() else None


def _relation(node: Mapping[str, Any]) -> str:
    return f"{node['schema']}.{node.get('alias') or node['name']}"
