"""The checker of the KPI registry: a sound one passes, and each wrong one is named by file, line and remedy."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from orchestration.kpi import checker, registry
from orchestration.settings import Problem

GOAL = {"kgi_id": "g", "brand_id": "*"}
KGI = GOAL | {
    "version": 1, "kgi_type": "sales", "metric_id": "sessions", "label_en": "S", "label_ja": "S", "target_value": 10,
    "period_type": "month", "spread": "by_day", "owner": "Head of sales", "valid_from": "2026-01-01",
}  # fmt: skip
KPI = GOAL | {"kpi_id": "k1", "metric_id": "link_clicks", "reason": "clicks come before visits"}
NODE = GOAL | {"version": 1, "child_order": 1, "label_en": "n", "label_ja": "n", "op": "leaf"}
ROOT = NODE | {"node_id": "root", "op": "sum", "metric_id": "sessions"}
CHILD = NODE | {"node_id": "x", "parent_node_id": "root", "metric_id": "sessions_x"}
TREE = [ROOT, CHILD]
PRODUCT = [
    ROOT | {"op": "product"},
    CHILD | {"carries_target": "true"},
    CHILD | {"node_id": "y", "metric_id": "click_rate_views"},
]
TARGET = GOAL | {
    "metric_id": "link_clicks", "period_type": "month", "method": "number", "target_value": 5, "spread": "by_day",
    "valid_from": "2026-01-01",
}  # fmt: skip
STEP = GOAL | {"method": "backcast", "period_type": "month", "valid_from": "2026-01-01", "kind": "goal"}
FIRST = STEP | {"metric_id": "sessions", "step_order": 1}
REVISION = GOAL | {
    "metric_id": "link_clicks", "valid_from": "2026-02-01", "from_value": 5, "to_value": 8, "timing": "after January",
    "extent": "from 5 to 8", "countermeasure": "link in the first line", "author": "Social media lead",
}  # fmt: skip
SIBLING = GOAL | {"version": 1, "node_id": "x", "sibling_node_id": "y", "label_en": "t", "label_ja": "t"}
BRIDGE = {"metric_id": "views", "valid_from": "2025-04-21", "factor": 1.2, "reason": "overlap of ten days"}


def write(folder: Path, **seeds: list[dict]) -> Path:
    """Write the seven seeds; those that are not given are those of a sound registry."""
    sound = {"kgis": [KGI], "kpis": [KPI], "kpi_edges": TREE, "kpi_targets": [TARGET], "kpi_revisions": []}
    for name, rows in ({**sound, "kpi_bridges": [], "kpi_siblings": []} | seeds).items():
        own = [column for column in registry.FILES[name][0].model_fields if column not in ("file", "line")]
        columns = list(dict.fromkeys([*own, *(column for row in rows for column in row)]))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def found(folder: Path) -> list[str]:
    return [str(fault) for fault in checker.faults(registry.Registry.read(folder))]


def test_the_projects_own_registry_is_sound():
    checker.require_sound()
    assert list(checker.lint(registry.Registry.read())) == []


def test_a_sound_registry_with_every_seed_filled_passes(tmp_path):
    second = TARGET | {"target_value": 8, "valid_from": "2026-02-01"}
    checker.require_sound(write(tmp_path, kpi_targets=[TARGET, second], kpi_revisions=[REVISION], kpi_bridges=[BRIDGE]))


def without(row: dict, column: str) -> dict:
    return {name: value for name, value in row.items() if name != column}


WRONG = {
    "M31 no number": ({"kgis": [without(KGI, "target_value")]}, "kgis.csv, line 2: g has neither target_value nor"),
    "M31 two numbers": ({"kgis": [KGI | {"growth_rate": 0.1}]}, "kgis.csv, line 2: g has both target_value and"),
    "M31 no period": ({"kgis": [without(KGI, "period_type")]}, "kgis.csv, line 2: period_type is empty: fill it in."),
    "M31 no owner": ({"kgis": [without(KGI, "owner")]}, "kgis.csv, line 2: owner is empty: fill it in."),
    "a period nobody knows": (
        {"kgis": [KGI | {"period_type": "year"}]}, "kgis.csv, line 2: period_type is 'year', but",
    ),
    "a target of words": ({"kgis": [KGI | {"target_value": "ten"}]}, "kgis.csv, line 2: target_value is 'ten', but"),
    "M47 two versions at once": (
        {"kgis": [KGI, KGI | {"version": 2}]},
        "kgis.csv, line 3: version 2 of g overlaps version 1: end that one",
    ),
    "the same row twice": ({"kgis": [KGI, KGI]}, "kgis.csv, line 3: g 1 * stands on line 2 already: remove one."),
    "an unknown column": ({"kgis": [KGI | {"targett": 3}]}, "kgis.csv, line 2: targett is no column of this seed"),
    "M34 a sixth KPI": (
        {"kpis": [KPI | {"kpi_id": f"k{number}"} for number in range(6)]},
        "kpis.csv, line 7: k5 is KPI 6 of g: keep 5, or say in override_reason",
    ),
    "M34 no reason": ({"kpis": [without(KPI, "reason")]}, "kpis.csv, line 2: reason is empty: fill it in."),
    "an unknown metric": ({"kpis": [KPI | {"metric_id": "vibes"}]}, "kpis.csv, line 2: metric vibes is not in metrics"),
    "an unknown goal": ({"kpis": [KPI | {"kgi_id": "h"}]}, "kpis.csv, line 2: there is no goal h in kgis.csv"),
    "M43 an orphan": (
        {"kpi_edges": [*TREE, CHILD | {"node_id": "o", "parent_node_id": "nowhere"}]},
        "kpi_edges.csv, line 4: o is an orphan: there is no node nowhere",
    ),
    "M43 a cycle": (
        {"kpi_edges": [*TREE, ROOT | {"node_id": "hen", "parent_node_id": "egg"},
                       ROOT | {"node_id": "egg", "parent_node_id": "hen"}]},
        "kpi_edges.csv, line 4: hen → egg → hen is a circle",
    ),
    "two roots": (
        {"kpi_edges": [*TREE, ROOT | {"node_id": "r", "op": "leaf"}]},
        "kpi_edges.csv, line 4: r is a second root beside",
    ),
    "a root of another metric": (
        {"kpi_edges": [PRODUCT[0] | {"metric_id": "leads"}, *PRODUCT[1:]]},
        "kpi_edges.csv, line 2: the root measures leads, the KGI sessions",
    ),
    "mixed units": (
        {"kpi_edges": [*TREE, CHILD | {"node_id": "p", "metric_id": "leads"}]},
        "kpi_edges.csv, line 4: p is in contacts and root in sessions, which don't add up",
    ),
    "a ratio of one": ({"kpi_edges": [ROOT | {"op": "ratio"}, CHILD]}, "line 2: root is a ratio with 1 children"),
    "a product without a volume": (
        {"kpi_edges": [PRODUCT[0], CHILD, PRODUCT[2]]},
        "kpi_edges.csv, line 2: 0 children of root say carries_target",
    ),
    "an unmeasured leaf": ({"kpi_edges": [ROOT, without(CHILD, "metric_id")]}, "line 3: x has no metric_id"),
    "a tree of thirteen levels": (
        {"kpi_edges": [ROOT, *(ROOT | {"node_id": f"n{n}", "parent_node_id": f"n{n - 1}" if n > 1 else "root"}
                               for n in range(1, 12)), CHILD | {"parent_node_id": "n11"}]},
        "kpi_edges.csv, line 14: x lies 13 levels deep",
    ),
    "a target without a number": (
        {"kpi_targets": [without(TARGET, "target_value")]},
        "kpi_targets.csv, line 2: the target of link_clicks is a number: give target_value and spread.",
    ),
    "M54 impressions as a goal of a backcast": (
        {"kpi_targets": [FIRST, STEP | {"metric_id": "impressions", "step_order": 2, "given_rate": 0.01}]},
        "kpi_targets.csv, line 3: impressions is a condition of a backcast and never a goal",
    ),
    "a gap in a backcast": (
        {"kpi_targets": [FIRST, STEP | {"metric_id": "leads", "step_order": 3, "given_rate": 0.01}]},
        "kpi_targets.csv, line 3: steps of a backcast are 1, 2, 3",
    ),
    "a backcast without a rate": (
        {"kpi_targets": [FIRST, STEP | {"metric_id": "leads", "step_order": 2}]},
        "kpi_targets.csv, line 3: no rate leads from leads to the step before",
    ),
    "M46 a number that changes and nothing says why": (
        {"kpi_targets": [TARGET, TARGET | {"target_value": 8, "valid_from": "2026-02-01"}]},
        "kpi_targets.csv, line 3: the number of link_clicks changes on 2026-02-01 and nothing says why",
    ),
    "M46 a revision without a countermeasure": (
        {"kpi_revisions": [without(REVISION, "countermeasure")]},
        "kpi_revisions.csv, line 2: countermeasure is empty: fill it in.",
    ),
    "M46 a revision without an extent": (
        {"kpi_revisions": [without(REVISION, "extent")]}, "kpi_revisions.csv, line 2: extent is empty: fill it in.",
    ),
    "M173 a sibling of another level": (
        {"kpi_edges": TREE, "kpi_siblings": [SIBLING | {"sibling_node_id": "root"}]},
        "kpi_siblings.csv, line 2: x and root are not two nodes of one level",
    ),
    "M173 a sibling that is not there": (
        {"kpi_edges": TREE, "kpi_siblings": [SIBLING]},
        "kpi_siblings.csv, line 2: there is no node y in the tree of g: mend the name.",
    ),
    "a ratio whose sides have the same place": (
        {"kpi_edges": [ROOT | {"op": "ratio"}, CHILD, CHILD | {"node_id": "y"}]},
        "kpi_edges.csv, line 4: both children of root have the same child_order: give the numerator the lower one.",
    ),
    "its own parent": (
        {"kpi_edges": [*TREE, ROOT | {"node_id": "self", "parent_node_id": "self"}]},
        "kpi_edges.csv, line 4: self → self is a circle",
    ),
    "a leaf with children": (
        {"kpi_edges": [*TREE, CHILD | {"node_id": "y", "parent_node_id": "x"}]},
        "kpi_edges.csv, line 3: x is a leaf with 1 children: it has none.",
    ),
    "a product of seven": (
        {"kpi_edges": [ROOT | {"op": "product"}, CHILD | {"carries_target": "true"},
                       *(CHILD | {"node_id": f"y{n}", "metric_id": "click_rate_views"} for n in range(6))]},
        "kpi_edges.csv, line 2: root is a product with 7 children: it has two to 6.",
    ),
    "a place in words": (
        {"kpi_edges": [ROOT, CHILD | {"child_order": "first"}]}, "kpi_edges.csv, line 3: child_order is 'first', but",
    ),
    "a tree of all brands for the goal of one": (
        {"kgis": [KGI | {"brand_id": "aozora", "metric_id": "leads"}], "kpis": [], "kpi_targets": []},
        "kpi_edges.csv, line 2: the root measures sessions, the KGI leads",
    ),
    "a goal that shrinks below nothing": (
        {"kgis": [without(KGI, "target_value") | {"growth_rate": -1}]},
        "kgis.csv, line 2: growth_rate is '-1', but",
    ),
    "M46 a revision without a timing": (
        {"kpi_revisions": [without(REVISION, "timing")]}, "kpi_revisions.csv, line 2: timing is empty: fill it in.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kgi_id;brand_id;kpi_id;metric_id;reason\ng;*;k;sessions;r\n", "kpis.csv, line 1: the header has no brand_id"),
        ("kgi_id,kpi_id,metric_id,reason\ng,k,sessions,r\n", "kpis.csv, line 1: the header has no brand_id: name"),
        ("", "kpis.csv, line 1: the header has no brand_id, kgi_id, kpi_id, metric_id, reason: name"),
        ("kgi_id,brand_id,kpi_id,metric_id,reason\ng,*,k,sessions,理由\n", "kpis.csv, line 1: the file is not UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_seed_at_all_is_told_once(tmp_path, text, said):
    """M31: a semicolon file, a lost column, an empty file and one that a Japanese Excel saved as Shift-JIS."""
    folder = write(tmp_path)
    (folder / "kpis.csv").write_text(text, encoding="shift_jis")
    (only,) = found(folder)
    assert only.startswith(said)


@pytest.mark.parametrize(("seeds", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_registry_is_named_by_file_line_and_remedy(tmp_path, seeds, said):
    """M31, M34, M43 and M46: each wrong seed stops the build with one sentence."""
    folder = write(tmp_path, **seeds)
    (only,) = found(folder)
    assert said in only
    with pytest.raises(Problem, match=r"\w+\.csv, line \d"):
        checker.require_sound(folder)


def test_a_metric_that_only_a_hint_or_a_phase_names_is_known_too(tmp_path):
    folder = write(tmp_path)
    (folder / "hints.csv").write_text("hint_id,metric_id\nask,vibes\n", encoding="utf-8")
    (folder / "phases.csv").write_text("phase,focus_metrics,entry_metric_id\none,saves mood,\n", encoding="utf-8")
    assert found(folder) == [
        "phases.csv, line 2: metric mood is not in metrics.csv: define it there or mend the name.",
        "hints.csv, line 2: metric vibes is not in metrics.csv: define it there or mend the name.",
    ]


def test_a_product_and_a_ratio_may_mix_units(tmp_path):
    checker.require_sound(write(tmp_path, kpi_edges=PRODUCT))


@pytest.mark.parametrize(
    ("kgi_type", "metrics", "kinds"),
    [
        ("sales", ["followers"], ["followers_only"]),
        ("sales", ["followers", "link_clicks"], []),
        ("sales", ["impressions"], ["vanity_goal"]),
        ("awareness", ["impressions"], []),
    ],
)
def test_a_goal_that_is_met_in_vain_is_named(tmp_path, kgi_type, metrics, kinds):
    """M63: followers alone are an error; M55: impressions alone are one for sales and none for awareness."""
    kpis = [KPI | {"kpi_id": metric, "metric_id": metric} for metric in metrics]
    folder = write(tmp_path, kgis=[KGI | {"kgi_type": kgi_type}], kpis=kpis)
    assert [fault.kind for fault in checker.lint(registry.Registry.read(folder))] == kinds
