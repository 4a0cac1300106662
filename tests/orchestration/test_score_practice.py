"""Promotion, checklist and export: what the score command lets through, and what it refuses."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.scoring import checklist, promotion, segments
from orchestration.scoring.registry import SEEDS
from orchestration.settings import Problem, Settings

EVIDENCE = ["model_id", "model_version", "signal_id", "outcome", "verdict", "auc_gain", "auc_gain_low", "auc_gain_high",
            "may_be_promoted"]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The seeds of this repository, with a second active version of the customers' model."""
    copy = tmp_path / "seeds"
    shutil.copytree(SEEDS, copy)
    for name in ("score_models", "score_signals", "score_bands", "score_actions"):
        with (copy / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        more = [[row[0], "2", *row[2:]] for row in rows if row[0] == "customer_health"]
        with (copy / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows, *more])
    return copy


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings.load(tmp_path, {})
    made.published.mkdir(parents=True)
    (made.published / "marts.duckdb").symlink_to("marts-1.duckdb")
    return made


def publish(settings: Settings, evidence: tuple) -> None:
    with duckdb.connect(str(settings.published / "marts-1.duckdb")) as con:
        con.execute("create schema marts")
        con.execute(
            "create table marts.engagement_score_calibration (model_id varchar, model_version bigint, signal_id"
            " varchar, outcome varchar, verdict varchar, auc_gain double, auc_gain_low double, auc_gain_high double,"
            " may_be_promoted boolean)"
        )
        con.execute(
            f"insert into marts.engagement_score_calibration values ({', '.join('?' * len(EVIDENCE))})", list(evidence)
        )


def statuses(folder: Path) -> dict[tuple[str, str], str]:
    with (folder / "score_models.csv").open(encoding="utf-8", newline="") as file:
        return {(row["model_id"], row["model_version"]): row["status"] for row in csv.DictReader(file)}


def test_a_better_challenger_takes_the_champions_place(settings, folder):
    """N11: the champion is archived, and nothing else of the registry moves."""
    before = statuses(folder)
    publish(settings, ("customer_health", 2, "score", "churned", "predictive", 0.05, 0.02, 0.08, True))
    said = promotion.promote(settings, "customer_health", 2, folder)
    assert said == (
        "customer_health 2 is the champion, version 1 is archived: churned +0.050 AUC (0.020 to 0.080); association."
    )
    assert statuses(folder) == before | {("customer_health", "1"): "archived"}


def test_one_that_is_not_surely_better_is_refused_with_the_evidence(settings, folder):
    """N11: promotion is blocked unless better."""
    before = statuses(folder)
    publish(settings, ("customer_health", 2, "score", "churned", "predictive", 0.01, -0.02, 0.04, False))
    with pytest.raises(Problem, match=r"stays a challenger of version 1: churned: its AUC is \+0.010 .* not surely"):
        promotion.promote(settings, "customer_health", 2, folder)
    assert statuses(folder) == before


@pytest.mark.parametrize(
    ("version", "reason"), [(1, "is the champion already"), (3, "is not active"), (2, "nothing is published yet")]
)
def test_what_can_not_be_promoted_is_told_why(settings, folder, version, reason):
    with pytest.raises(Problem, match=reason):
        promotion.promote(settings, "customer_health", version, folder)


def test_a_missing_review_fails_the_sixth_item_alone(folder):
    """M150: six items a model; without a review date only the last one fails."""
    (folder / "score_reviews.csv").write_text("model_id,reviewed_on,finding\n", encoding="utf-8")
    found = checklist.examine(date(2026, 11, 25), folder)
    assert [item for model, item, _, _ in found if model == "lead_engagement 1"] == list(checklist.ITEMS)
    assert {item for _, item, holds, _ in found if not holds} == {"review"}


def test_a_model_that_is_not_ready_is_told_each_item(folder):
    """M150: an action without a way, a band that ends, a weight without a cap and no review fail their own items."""
    for name, old, new in (
        ("score_actions", "customer_health,1,upsell", "customer_health,1,sing"),
        ("score_bands", "customer_health,1,high,1,Highly engaged,高エンゲージメント,100,",
         "customer_health,1,high,1,Highly engaged,高エンゲージメント,100,150"),
        ("score_signals", ",,per_unit,,1,,10,50,,,,,3", ",,per_unit,,1,,10,,,,,,3"),
    ):  # fmt: skip
        path = folder / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = checklist.examine(date(2026, 11, 25), folder)
    failed = {item for model, item, holds, _ in found if model == "customer_health 1" and not holds}
    assert failed == {"actions", "bands", "weights", "review"}


@pytest.mark.parametrize(
    ("reviewed", "today", "is_due"),
    [("2026-07-10", "2026-10-13", False), ("2026-07-10", "2026-10-16", True), ("2026-10-02", "2026-12-31", False)],
)
def test_a_quarter_is_reviewed_within_fourteen_days_of_its_end(folder, reviewed, today, is_due):
    """M147: quarter end and 14 days without a review record are overdue."""
    rows = "\n".join(f"{model},{reviewed},seen" for model, _ in statuses(folder))
    (folder / "score_reviews.csv").write_text(f"model_id,reviewed_on,finding\n{rows}\n", encoding="utf-8")
    found = checklist.examine(date.fromisoformat(today), folder)
    assert {item for _, item, holds, _ in found if not holds} == ({"review"} if is_due else set())


def test_an_export_holds_those_with_consent_and_no_one_else(settings, tmp_path):
    """M141 and M143: as many rows as the mart has with consent, each with the label; a name can't be a formula."""
    with duckdb.connect(str(settings.published / "marts-1.duckdb")) as con:
        con.execute("create schema marts")
        con.execute(
            "create table marts.next_actions as select 'customer' as entity_type, name as entity_id,"
            " 'm' as model_id,"
            " 1 as model_version, 'month' as period_type, date '2026-08-01' as period_start, 'high' as band_in_force,"
            " 'power_user' as segment, 'upsell' as action_id, 'call' as channel, cast(90 as double) as score_pct,"
            " consent as has_consent from (values ('yes', true), ('=1+1', true), ('no', false), ('unknown', null))"
            " as people(name, consent)"
        )
    assert segments.export(settings, tmp_path / "out.csv") == 2
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["entity_id"] for row in rows] == ["'=1+1", "yes"]
    assert {row["claim_level"] for row in rows} == {"association"}
    assert segments.export(settings, tmp_path / "out.json") == 2
    text = (tmp_path / "out.json").read_text(encoding="utf-8")
    assert [row["entity_id"] for row in json.loads(text)] == ["=1+1", "yes"]
    assert "causes" not in text


def test_no_text_of_the_score_tables_speaks_of_a_cause():
    """M143: association is what they say; the words of a cause are in no description, label or sentence."""
    words = ("causes", "caused by", "drives churn", "leads to", "because of the score")
    files = [*SEEDS.glob("*"), *(SEEDS.parents[1] / "models" / "marts" / "score").glob("*")]
    assert [path.name for path in files for word in words if word in path.read_text(encoding="utf-8").lower()] == []
