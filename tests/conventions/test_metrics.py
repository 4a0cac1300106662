"""Laws over metrics: each figure that a reader sees is defined once, and none is summed that must not be."""

from __future__ import annotations

import csv
import re

import pytest

from orchestration.settings import DBT_PROJECT, REPOSITORY
from tests import catalogue

# Distinct people, and what is called after them, within one call of sum().
SUM_OF_PEOPLE = re.compile(r"\bsum\s*\(\s*(?:cast\s*\(\s*)?[\w.]*(?:reach|accounts_engaged)\w*", re.IGNORECASE)
# A counter to date within one call of sum(), and the tables that hold it once a day.
SUM_TO_DATE = re.compile(r"\bsum\s*\(\s*(?:cast\s*\(\s*)?(?:case when [^()]* then )?[\w.]*_to_date\b", re.IGNORECASE)
DAILY_COUNTERS = re.compile(
    r"ref\('(?:fct_post_snapshots|int_post_snapshots|int_\w*post_captures\w*|int_\w+_posts_captured)'"
)
OF_THE_ARTICLE = {
    "growth": {"followers", "profile_visits"},
    "exposure": {"impressions", "reach"},
    "engagement": {"engagements", "saves", "er_reach"},
    "business": {"link_clicks", "ugc_posts"},
}


def test_every_measure_of_every_published_table_has_its_definition(manifest):
    """M14: a mart metric without a row in dim_metrics fails."""
    known = catalogue.metrics()
    undefined = [
        f"{table}.{column} ({metric})"
        for table, model in catalogue.published(manifest).items()
        for column, metric in catalogue.measures(manifest, model).items()
        if metric not in known
    ]
    assert undefined == []


def test_a_number_without_a_definition_is_found(manifest):
    """M14: the rule sees a planted column, and neither keys nor places in an order."""
    model = catalogue.published(manifest)["fct_post_daily"]
    planted = {name: {"data_type": "bigint"} for name in ("mood", "likes_to_date", "stage_order", "days_covered")}
    planted["post_id"] = {"data_type": "varchar"}
    assert catalogue.measures(manifest, model | {"columns": planted}) == {"mood": "mood", "likes_to_date": "likes"}


def test_the_source_and_scope_of_x_impressions_are_stated():
    """M14: display = 1; own, repeated and embedded displays count; it is not of people."""
    impressions = catalogue.metrics()["impressions"]
    flags = ("counts_self", "counts_repeat", "counts_embed", "is_unique")
    assert [impressions[name] for name in flags] == ["true", "true", "true", "false"]
    assert impressions["source_url"].startswith("https://docs.x.com/")
    assert impressions["valid_from"]


def test_the_articles_nine_metrics_are_in_their_four_groups_with_both_names_and_an_owner():
    """M19: growth, exposure, engagement and business hold the nine metrics of the article."""
    known = catalogue.metrics()
    for group, ids in OF_THE_ARTICLE.items():
        assert {known[metric_id]["metric_group"] for metric_id in ids} == {group}
    for row in known.values():
        assert all(row[name] for name in ("label_en", "label_ja", "unit", "formula", "owner")), row["metric_id"]


def test_a_new_version_begins_after_the_one_before():
    """N13: a change of the definition is a version of its own, under the source's own name."""
    assert catalogue.metrics()["views"]["version"] == "2"
    text = (DBT_PROJECT / "seeds" / "metrics.csv").read_text(encoding="utf-8")
    names = [line.split(",")[17] for line in text.splitlines() if line.startswith("views,")]
    assert sorted(names) == ["impressions", "views"]


def test_a_deprecated_definition_is_kept_and_marked_with_its_day_and_its_decision():
    """M155: the older version stays in dim_metrics, says that it was withdrawn, has its event and its decision."""
    with (DBT_PROJECT / "seeds" / "metrics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (DBT_PROJECT / "seeds" / "platform_events.csv").open(encoding="utf-8", newline="") as file:
        breaks = {
            (row["metric_id"], row["event_date"]) for row in csv.DictReader(file) if row["kind"] == "definition_break"
        }
    decisions = (REPOSITORY / "DECISIONS.md").read_text(encoding="utf-8")
    newest = {row["metric_id"]: row for row in sorted(rows, key=lambda row: int(row["version"]))}
    deprecated = [row for row in rows if row is not newest[row["metric_id"]]]
    assert deprecated
    for row in deprecated:
        assert "Withdrawn on" in row["notes"]
        assert (row["metric_id"], newest[row["metric_id"]]["valid_from"]) in breaks
        assert f"`{row['metric_id']}` is not" in decisions


def test_every_figure_says_to_which_day_it_belongs():
    """M154: activity, creation or moment, declared of every metric that is no ratio of two of them."""
    for row in catalogue.metrics().values():
        declared = {"activity", "creation", "moment"} if row["kind"] not in {"ratio", "share"} else {""}
        assert row["date_attribution"] in declared, row["metric_id"]
        assert row["is_additive_days"] != "true" or row["date_attribution"] != "moment", row["metric_id"]


def test_no_model_sums_a_lifetime_counter_by_day():
    """M154: likes to date of 10, 12 and 15 on three days are 15 and not 37; posts may be added up, their days not."""
    assert SUM_TO_DATE.search("cast(sum(case when is_of_format then likes_to_date end) as bigint)")
    assert SUM_TO_DATE.search("sum(cast(posts.likes_to_date as bigint))")
    assert DAILY_COUNTERS.search("{{ ref('int_post_snapshots') }}")
    summed = {
        path.name: text
        for path in sorted((DBT_PROJECT / "models").rglob("*.sql"))
        if SUM_TO_DATE.search(text := path.read_text(encoding="utf-8"))
    }
    assert "format_effects.sql" in summed
    assert [name for name, text in summed.items() if DAILY_COUNTERS.search(text)] == []


def test_no_column_is_a_rate_without_its_denominator(manifest):
    """M8: a bare `engagement_rate` fails, and so does any rate that does not say of what."""
    bare = [
        f"{table}.{column}"
        for table, model in catalogue.published(manifest).items()
        for column in catalogue.measures(manifest, model)
        if catalogue.REFUSED.search(column)
    ]
    assert bare == []


@pytest.mark.parametrize("name", ["engagement_rate", "er", "video_engagement_rate", "ctr"])
def test_the_law_of_rates_refuses_a_bare_one(name):
    """M8: planted names; `er_reach` passes."""
    assert catalogue.REFUSED.search(name)
    assert not catalogue.REFUSED.search("er_reach")


def test_no_model_sums_people():
    """M5: reach 700 + 700 is not 1,400: no model adds up a count of distinct people."""
    assert SUM_OF_PEOPLE.search("select sum(reach) as reach")
    assert SUM_OF_PEOPLE.search("cast(sum(cast(days.reach_followers as bigint)) as bigint)")
    summed = [
        path.name
        for path in sorted((DBT_PROJECT / "models").rglob("*.sql"))
        if SUM_OF_PEOPLE.search(path.read_text(encoding="utf-8"))
    ]
    assert summed == []


def test_people_are_never_additive():
    """M5: `reach` may be added up over nothing."""
    for row in catalogue.metrics().values():
        if row["is_unique"] == "true":
            assert {row[f"is_additive_{over}"] for over in ("days", "posts", "accounts")} == {"false"}, row["metric_id"]
