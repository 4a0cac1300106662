"""What `warehouse kpi` draws, begins, hands on and says of a change."""

from __future__ import annotations

import json
import os
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
from dbt_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator

from orchestration import cli, transform
from orchestration.kpi import changes, checker, drawing, emitters, pictures, registry, templates
from orchestration.kpi.registry import Registry
from orchestration.settings import Problem
from tests.orchestration.test_kpi_registry import KGI, KPI, REVISION, ROOT, TARGET, TREE, write

PARTS = [("root", None, "sum", 30.0, None), ("a", "root", "leaf", 20.0, 4.0), ("b", "root", "leaf", 10.0, -1.0)]


@pytest.fixture
def published(tmp_path) -> Path:
    """A published file with one tree over three months, the last of them running."""
    path = tmp_path / "version.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts")
        con.execute(
            "create table marts.kpi_tree_nodes (tree_id varchar, version bigint, node_id varchar,"
            " parent_node_id varchar, brand_id varchar, kgi_id varchar, metric_id varchar, op varchar, unit varchar,"
            " label_en varchar,"
            " label_ja varchar, actual double, null_reason varchar, target double, required double, attainment double,"
            " status varchar,"
            " period_type varchar, period_start date, is_partial boolean, depth bigint, child_order bigint)"
        )
        con.execute(
            "create table marts.kpi_tree_contributions (tree_id varchar, version bigint, node_id varchar,"
            " period_type varchar, period_start date, contribution double)"
        )
        con.execute(
            "create table marts.kpi_tree_siblings as select 'b.g' as tree_id, 1 as version, 'a' as node_id,"
            " 'b' as sibling_node_id, 'same news' as label_en, '同じ話題' as label_ja, 'supported' as state,"
            " 2 as lag_days, cast(0.5 as double) as r"
        )
        for month in range(1, 5):
            for name, parent, op, actual, gave in PARTS:
                con.execute(
                    "insert into marts.kpi_tree_nodes values ('b.g', 1, ?, ?, 'b', 'g', ?, ?, 'sessions', ?, ?, ?,"
                    " null, null, 40, 0.75, 'at_risk', 'month', make_date(2026, ?, 1), ?, ?, 1)",
                    [
                        name,
                        parent,
                        name if parent else "sessions",
                        op,
                        f"<{name}>",
                        f"節{name}",
                        actual + month / 10,
                        month,
                        month == 4,
                        parent is not None,
                    ],
                )
                if gave is not None:
                    con.execute(
                        "insert into marts.kpi_tree_contributions"
                        " values ('b.g', 1, ?, 'month', make_date(2026, ?, 1), ?)",
                        [name, month, gave],
                    )
    return path


def test_a_picture_shows_actual_required_attainment_and_contribution_of_the_newest_whole_period(published):
    """M43: the tree is drawn as published; M171 and M172: with its arithmetic and what each leaf gave."""
    root = pictures.read(published, "b.g", "month")
    assert (root.period_start, [child.node_id for child in root.children]) == ("2026-03-01", ["a", "b"])
    chart = pictures.mermaid(root, "en")
    assert '    n1["&lt;a&gt;<br/>20.3 / Required 40<br/>75.0 % at risk · gave +4"]:::warn' in chart.splitlines()
    assert "    n0 --- n1" in chart.splitlines()
    drawn = ET.fromstring(drawing.svg(root, "ja"))
    texts = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[:4] == ["期間: 2026-03-01 –", "節a", "20.3 / 必要値 40", "75.0 % 注意 · 寄与 +4"]
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}line"))) == 2
    assert json.loads(pictures.as_json(root, "en"))["children"][1]["contribution"] == -1.0


def test_siblings_are_drawn_apart_from_the_edges_of_the_tree(published):
    """M173: a dotted edge both ways in Mermaid and an arc in SVG, with what is known of it."""
    root = pictures.read(published, "b.g", "month")
    chart = pictures.mermaid(root, "en").splitlines()
    assert [line for line in chart if "<-." in line] == ['    n1 <-. "same news (r +0.50, 2 days later)" .-> n2']
    drawn = ET.fromstring(drawing.svg(root, "ja"))
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}path"))) == 1
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}line"))) == 2
    assert "同じ話題 (r +0.50, 2日後)" in [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]


def test_a_tree_that_is_not_published_is_named_with_those_that_are(published):
    with pytest.raises(Problem, match=r"no tree b\.h is published: there are b\.g\."):
        pictures.read(published, "b.h", "month")


@pytest.mark.parametrize(
    ("kgi_type", "metrics"),
    [
        ("awareness", ["reach", "views", "followers", "profile_visits"]),
        ("community", ["engagements_instagram", "saves", "er_reach"]),
        ("sales", ["link_clicks", "lead_rate_sessions", "ugc_posts"]),
        ("leads", ["link_clicks", "sessions", "lead_rate_sessions"]),
        ("store_visits", ["offline_visits", "profile_visits", "views"]),
    ],
)
def test_a_template_makes_a_sound_registry_once_its_gaps_are_filled(tmp_path, kgi_type, metrics):
    """M36: awareness has exactly four KPIs; M37: the rate is by reach; M38 and M39: sales, leads and store visits."""
    made = templates.rows(kgi_type, "*")
    assert [row["metric_id"] for row in made["kpis.csv"]] == metrics
    filled = made["kgis.csv"][0] | {"target_value": "10", "owner": "Lead", "valid_from": "2026-01-01"}
    seeds = {"kgis": [filled], "kpis": made["kpis.csv"], "kpi_edges": made["kpi_edges.csv"], "kpi_targets": []}
    checker.require_sound(write(tmp_path, **seeds))
    write(tmp_path, **seeds | {"kgis": made["kgis.csv"]})
    assert {fault.kind for fault in checker.faults(Registry.read(tmp_path))} == {"empty"}


def test_the_template_of_store_visits_says_which_input_it_needs():
    """M39: store visits need an offline series."""
    said = templates.text("store_visits", "b")
    assert "# needs an input: files in landing/inbox/offline_contacts/ (docs/file_feeds)" in said
    assert "needs an input" not in templates.text("awareness", "b")


def test_one_label_changes_every_emitted_file(tmp_path):
    """N21: dbt docs, MetricFlow and Lightdash all say the label of the one registry."""
    known = registry.METRICS.read_text(encoding="utf-8")
    changed = tmp_path / "metrics.csv"
    changed.write_text(known.replace(",Sessions,セッション,", ",Visits here,セッション,"), encoding="utf-8")
    before, after = emitters.files(Registry.read()), emitters.files(Registry.read(), changed)
    assert {name for name in before if before[name] != after[name]} == set(before)
    assert all("Visits here" in text for text in after.values())


def test_metricflow_gets_sums_of_counts_and_ratios_of_sums_and_no_people():
    """M175 and M5: what may not be added up over days is not offered as a sum."""
    document = yaml.safe_load(emitters.files(Registry.read())["metricflow/semantic_models.yml"])
    metrics = {metric["name"]: metric for metric in document["metrics"]}
    assert metrics["lead_rate_sessions"]["type_params"] == {"numerator": "leads", "denominator": "sessions"}
    assert {"reach", "followers", "revenue"} & set(metrics) == set()
    measures = {measure["name"]: measure for measure in document["semantic_models"][0]["measures"]}
    assert {measure["agg"] for measure in measures.values()} == {"sum"}


def test_dbt_and_metricflow_take_what_is_emitted_whatever_the_script_of_a_name(tmp_path):
    """N21: a dbt project of two models with the emitted files is parsed, and its semantic manifest has no error."""
    goal = {"kgi_id": "売上", "brand_id": "*"}
    seeds = {"kgis": [KGI, KGI | goal], "kpi_edges": [*TREE, ROOT | goal | {"node_id": "総訪問"}]}
    seeds["kpi_edges"].append(TREE[1] | goal | {"node_id": "エックス", "parent_node_id": "総訪問"})
    models = tmp_path / "models"
    emitters.write(models, Registry.read(write(tmp_path, **seeds)))
    for name, sql in (("kpi_tree_nodes", "select 1 as actual"), ("days", "select 1 as date_day")):
        (models / f"{name}.sql").write_text(sql, encoding="utf-8")
    spine = {"name": "days", "time_spine": {"standard_granularity_column": "date_day"}}
    spine |= {"columns": [{"name": "date_day", "granularity": "day"}]}
    (models / "days.yml").write_text(yaml.safe_dump({"models": [spine]}), encoding="utf-8")
    project = {"name": "reader", "version": "1.0", "profile": "reader"}
    (tmp_path / "dbt_project.yml").write_text(yaml.safe_dump(project), encoding="utf-8")
    target = {"reader": {"target": "t", "outputs": {"t": {"type": "duckdb", "path": str(tmp_path / "r.duckdb")}}}}
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump(target), encoding="utf-8")
    command = [str(transform.DBT), "parse", "--project-dir", str(tmp_path), "--profiles-dir", str(tmp_path)]
    quiet = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(command, cwd=tmp_path, env=quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    manifest = PydanticSemanticManifest.parse_file(tmp_path / "target" / "semantic_manifest.json")
    issues = SemanticManifestValidator[PydanticSemanticManifest]().validate_semantic_manifest(manifest)
    assert [issue.as_readable_str() for issue in issues.errors] == []
    assert {"sessions", "sessions_x"} <= {metric.name for metric in manifest.metrics}
    docs = json.loads((tmp_path / "target" / "manifest.json").read_text(encoding="utf-8"))["docs"]
    assert {"doc.reader.kpi_tree_g_all_v1", "doc.reader.kpi_tree_no_2_all_v1"} <= set(docs)
    (lightdash,) = yaml.safe_load((models / "lightdash" / "kpi_tree_nodes.yml").read_text(encoding="utf-8"))["models"]
    metrics = lightdash["columns"][0]["config"]["meta"]["metrics"]
    assert metrics["no_2_v1_all_no_1"]["drivers"] == ["no_2_v1_all_no_2"]


def test_lightdash_gets_drivers_and_targets_beside_the_metric(tmp_path):
    """M170 and M171: the drivers are the children, by the names of their metrics; the targets those of kpi_targets."""
    sessions = TARGET | {"metric_id": "sessions"}
    read = Registry.read(write(tmp_path, kpi_targets=[sessions]))
    document = yaml.safe_load(emitters.files(read)["lightdash/kpi_tree_nodes.yml"])
    metrics = document["models"][0]["columns"][0]["config"]["meta"]["metrics"]
    assert metrics["g_v1_all_root"]["drivers"] == ["g_v1_all_x"]
    assert metrics["g_v1_all_root"]["targets"] == [{"value": 5.0, "period": "month", "from": "2026-01-01"}]


def folders(tmp_path: Path, before: dict, after: dict) -> tuple[Registry, Registry]:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    return Registry.read(write(tmp_path / "old", **before)), Registry.read(write(tmp_path / "new", **after))


def test_a_kpi_that_measures_something_else_needs_another_id(tmp_path):
    """M37: another denominator is another KPI and no silent edit."""
    old, new = folders(
        tmp_path, {"kpis": [KPI | {"metric_id": "er_reach"}]}, {"kpis": [KPI | {"metric_id": "er_followers"}]}
    )
    (fault,) = changes.faults(old, new)
    assert str(fault).startswith("kpis.csv, line 2: k1 measured er_reach and now er_followers: another metric is")


def test_a_number_that_changes_in_place_is_refused_until_it_is_explained(tmp_path):
    """M46: without timing, extent and countermeasure a changed target is refused."""
    old, new = folders(tmp_path, {}, {"kpi_targets": [TARGET | {"target_value": 8}]})
    (fault,) = changes.faults(old, new)
    assert "the number of link_clicks was 5 and is 8: end the old row with valid_to" in str(fault)
    write(
        tmp_path / "new",
        kpi_targets=[TARGET | {"target_value": 8}],
        kpi_revisions=[REVISION | {"valid_from": "2026-01-01"}],
    )
    assert list(changes.faults(old, Registry.read(tmp_path / "new"))) == []


def test_the_verdict_on_a_change_says_whether_it_can_be_reached_and_what_it_moves(tmp_path, published):
    """N23: 30 sessions a month make 31 a coin's throw and 100 too high; a new node moves all above it."""
    node = TREE[1] | {"node_id": "y", "metric_id": "sessions_other"}
    old, new = folders(tmp_path, {}, {"kgis": [KGI | {"target_value": 100}], "kpi_edges": [*TREE, node]})
    assert list(changes.effects(old, new, published)) == [
        "kgis.csv, line 2: g sessions: from 10 to 100; too high: 0% probable from 3 periods, mean 30.2",
        "kpi_edges.csv, line 4: new node y: moves y → root",
    ]
    write(tmp_path / "new", kgis=[KGI | {"target_value": 30.2}])
    (said,) = changes.effects(old, Registry.read(tmp_path / "new"), published)
    assert said.endswith("can be reached: 50% probable from 3 periods, mean 30.2")


def test_a_change_is_judged_against_a_revision_of_git_before_it_is_merged(tmp_path, monkeypatch, capsys):
    """N23: the seeds as git has them, one that came later as empty; without the revision nothing."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    write(seeds)
    (seeds / "kpi_siblings.csv").rename(tmp_path / "kpi_siblings.csv")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e@example.com"]
    for words in (["init", "-q"], ["add", "seeds"], ["commit", "-qm", "before"]):
        subprocess.run([*git, *words], check=True)
    monkeypatch.setattr(changes, "REPOSITORY", tmp_path)
    monkeypatch.setattr(changes, "SEEDS", seeds)
    write(seeds, kgis=[KGI | {"target_value": 12}])
    said = ["kpi", "check", "--home", str(tmp_path / "home"), "--seeds", str(seeds), "--against"]
    assert cli.main([*said, "HEAD"]) == 1
    told = capsys.readouterr()
    assert "g sessions: from 10 to 12; not judged against history, since nothing is published here" in told.out
    assert "kgis.csv, line 2: the number of sessions was 10 and is 12: end the old row with valid_to" in told.err
    assert cli.main([*said, "nowhere"]) == 0
    assert (
        "nowhere is no folder and no revision that git has here: the change is not judged." in capsys.readouterr().out
    )


def test_the_command_says_every_fault_and_ends_with_one(tmp_path, capsys):
    folder = write(tmp_path, kpi_edges=[ROOT | {"op": "ratio"}, TREE[1]])
    assert cli.main(["kpi", "--home", str(tmp_path), "check", "--seeds", str(folder)]) == 1
    assert "kpi_edges.csv, line 2: root is a ratio with 1 children" in capsys.readouterr().err
    assert cli.main(["kpi", "check", "--home", str(tmp_path), "--seeds", str(write(tmp_path))]) == 0
    assert capsys.readouterr().out == "1 goals, 1 KPIs and 1 trees are sound.\n"
