"""Which columns of the published tables are measures, and by which metric of seeds/metrics.csv each is defined.

A column is a measure when it holds a number that is no key, no place in an order and no property of a capture. Its
metric is the one that `meta.metric` of its yml entry names, else the one that it is called after; a suffix says which
statistic or moment of the metric it is. A table whose rows name what they measure needs no more.
"""

from __future__ import annotations

import csv
import re
from typing import Any

from orchestration.settings import DBT_PROJECT

NUMBERS = ("bigint", "double", "decimal", "integer")
# The row itself says which definition its figures follow.
NAMED_BY_ROW = {
    "metric_id", "native_metric_name", "signal_id", "top_signal_id", "event_type", "step", "from_stage", "formula_id",
}  # fmt: skip
# A place in an order, a part of a date, the size of a sample, the age of a capture, a share of credit, and of how many
# accounts a total is.
NO_MEASURE = re.compile(
    r"(^|_)(order|rank|version|depth|year|weekday|hour|n|z|credit)$|^days(_|$)|^(capture_)?age_hours"
    r"|^accounts(_captured)?$|^completeness$"
)
STATISTIC = re.compile(
    r"^previous_|_(to_date|24h|48h|7d|mean|median|p25|p75|p90|mad|low|high|change|change_pct|first|last|linear|position)$"
)
REFUSED = re.compile(r"(^|_)(engagement_rate|er|ctr|rate)$")


def metrics() -> dict[str, dict[str, str]]:
    """Return the newest version of every metric, by id."""
    with (DBT_PROJECT / "seeds" / "metrics.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["version"]))
    return {row["metric_id"]: row for row in rows}


def key_of(manifest: dict[str, Any], model: dict[str, Any]) -> list[str]:
    """Return the columns that name a row: those of the model's unique_key test."""
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if node.get("attached_node") == model["unique_id"] and test.get("name") == "unique_key":
            return test["kwargs"]["columns"]
    return []


def published(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the models that readers see, by table."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return {model["name"]: model for model in models if "published" in model["tags"]}


def measures(manifest: dict[str, Any], model: dict[str, Any]) -> dict[str, str]:
    """Return the metric id by which each measure of a published model is defined, by column."""
    columns, key = model["columns"], key_of(manifest, model)
    if NAMED_BY_ROW & set(columns) or meta(model).get("subject") == "pipeline":
        return {}
    return {
        name: meta(column).get("metric") or bare(name)
        for name, column in columns.items()
        if column["data_type"].startswith(NUMBERS) and name not in key and not NO_MEASURE.search(name)
    }


def meta(node: dict[str, Any]) -> dict[str, Any]:
    """Return the meta of a model or column."""
    return (node.get("config") or {}).get("meta") or node.get("meta") or {}


def bare(name: str) -> str:
    """Return a column's name without what says which statistic or moment it is."""
    while (shorter := STATISTIC.sub("", name)) != name:
        name = shorter
    return name
