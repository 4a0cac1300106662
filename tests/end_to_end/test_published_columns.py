"""Every published column is described, holds something, and says why where it does not."""

from __future__ import annotations

import duckdb
import pytest
import yaml

from orchestration.settings import REPOSITORY

pytestmark = pytest.mark.slow

REASONS = {
    "not_offered", "no_permission", "not_enough_viewers", "min_100_followers", "regional_zero", "expired",
    "pending_settlement", "no_source", "withdrawn",
}  # fmt: skip
COMPUTED = {"zero_denominator", "no_previous_period", "identity_broken", "definition_break"}
# What stays empty in the rehearsal of twelve days, and why.
EMPTY = {
    "fct_contacts.visitor_id": "the sandbox drops no site_events",
    "exposure_review.exposure_change": "twelve days hold no two whole weeks",
    "exposure_review.exposure_change_pct": "twelve days hold no two whole weeks",
    "exposure_review.previous_exposure": "twelve days hold no two whole weeks",
    "follower_quality.er_followers_change_pct": "twelve days hold no two whole weeks",
    "follower_quality.previous_engagements": "twelve days hold no two whole weeks",
    "follower_quality.previous_er_followers": "twelve days hold no two whole weeks",
    "posting_slots.exposure_48h_high": "no slot has six posts in twelve days",
    "posting_slots.exposure_48h_low": "no slot has six posts in twelve days",
    "posting_slots.slot_rank": "no slot has six posts in twelve days",
    "posting_slots.outcome_rank": "no slot has six posts in twelve days",
    "funnel_leaks.base_rate": "twelve days hold no earlier weeks to compare with",
    "funnel_leaks.gap": "twelve days hold no earlier weeks to compare with",
    "funnel_leaks.gap_pct": "twelve days hold no earlier weeks to compare with",
    "funnel_leaks.alert": "twelve days hold no earlier weeks to compare with",
    "funnel_leaks.leak_rank": "twelve days hold no earlier weeks to compare with",
    "funnel_leaks.lost_units": "twelve days hold no earlier weeks to compare with",
    "account_verdicts.hint_en": "one whole week has no week before to be held against",
    "account_verdicts.hint_ja": "one whole week has no week before to be held against",
    "scorecard_weekly.null_reason": "every figure of the whole week is known",
    "scorecard_weekly.previous_value": "one whole week has no week before to be held against",
    "scorecard_weekly.value_change_pct": "one whole week has no week before to be held against",
    "scorecard_weekly.base": "one whole week has no week before to be held against",
    "scorecard_weekly.z": "one whole week has no week before to be held against",
    "funnel_bottlenecks.null_reason": "every figure of the whole week is known",
    "funnel_bottlenecks.base": "one whole week has no week before to be held against",
    "funnel_bottlenecks.z": "one whole week has no week before to be held against",
    "ugc_daily.authors_null_reason": "the sandbox answers no search for hashtags",
    **dict.fromkeys(
        (f"metric_anomalies.{name}" for name in ("value_median", "value_low", "value_high", "z")),
        "twelve days hold no four same weekdays",
    ),
    **dict.fromkeys(
        (
            f"key_event_changes_weekly.{name}"
            for name in (
                "previous_sessions", "previous_key_events", "previous_key_events_per_session", "key_events_change",
                "change_within_sessions", "change_by_sessions", "brand_key_events_change",
            )
        ),
        "one whole week has no week before to be held against",
    ),
    "ugc_daily.sentiment": "no source rates what others write",
    "account_funnel_weekly.base": "one whole week has no week before to be held against",
    "account_funnel_weekly.base_per_step": "one whole week has no week before to be held against",
    "rpm_monthly.rpm_low": "one month makes no range",
    "rpm_monthly.rpm_high": "one month makes no range",
    "rpm_factors.detail": "X tells no surfaces and no safety item fails",
    "rpm_quotes.payout_per_100000_low": "one month makes no range",
    "rpm_quotes.payout_per_100000_high": "one month makes no range",
    "hashtag_experiments.pattern_rank": "the month of the experiments is not over",
    "branded_search_daily.search_impressions": "no search console is connected",
    "branded_search_daily.search_clicks": "no search console is connected",
    "source_loads.caveats": "the sandbox's GA4 withholds nothing",
    "metric_availability.caveats": "the sandbox's GA4 withholds nothing",
    "source_completeness.first_missing_account_id": "every account is loaded",
    "brand_metrics.previous_value": "one whole week has no whole week before it",
    "kpi_backcast.null_reason": "every step has its rate",
    "kpi_progress.null_reason": "every metric with a target is measured",
    "kpi_progress.usual_hit_probability": "twelve days hold no three whole periods",
    "kpi_progress.next_rung": "twelve days hold no three whole periods",
    "dim_score_signals.decay_half_life_days": "no active model lets a signal decay",
    "dim_score_signals.group_limit": "no active model limits a group of signals",
    "dim_score_signals.score_group": "no active model limits a group of signals",
    "dim_account_versions.valid_to": "no profile changed in twelve days",
    "review_calendar.last_seen": "nobody has looked at a goal yet",
    "dim_posts.null_reason": "no post was withdrawn",
    "dim_posts.withdrawn_date": "no post was withdrawn",
    "engagement_score_context.csat_answer": "the survey that was exported asks for NPS alone",
    "engagement_score_context.nps_disagreement": "nobody answers against his score in twelve days",
    "engagement_score_context.previous_value_amount": "nobody's value changed in twelve days",
    "engagement_score_context.value_disagreement": "nobody's value changed in twelve days",
    "engagement_scores.override_id": "nobody overrode a score",
    "next_actions.override_id": "nobody overrode a score",
    "next_actions.alert_rule": "twelve days hold no month to fall from",
    "next_actions.has_consent": "no feed of the sandbox tells consent",
    "kpi_progress.rung_step": "twelve days hold no three whole periods",
    "kpi_target_proposals.hit_probability": "twelve days hold no three whole periods",
    **dict.fromkeys(
        (
            f"kpi_relations.{name}"
            for name in (
                "expires_on", "lag_days", "scale", "r", "r_low", "r_high", "spearman", "elasticity", "elasticity_low",
                "elasticity_high", "unit_slope", "r_reference", "r_recent", "r2_out_of_time",
            )
        ),
        "twelve days are too few to say anything of a relation",
    ),
    **dict.fromkeys(
        (f"kpi_tree_siblings.{name}" for name in ("lag_days", "r", "r_low", "r_high", "elasticity")),
        "twelve days are too few to say anything of a relation",
    ),
}  # fmt: skip

# Tables without a row, and why.
WITHOUT_ROWS = {
    "engagement_value_by_band": "twelve days hold no outcome that came after a score",
    "impression_triage": "nothing leaves its usual range in twelve days",
    "triage_it": "nothing leaves its usual range in twelve days",
    "engagement_score_alerts": "twelve days hold no month to fall from",
    "engagement_score_calibration": "twelve days hold no outcome that came after a score",
    "kpi_phases": "twelve days hold no whole month",
    "flow_bottlenecks": "twelve days hold no whole month",
    "kpi_actions": "nobody acted yet",
    "spike_followup": "nothing rises out of its usual in twelve days",
    "protected_weeks": "no account is protected",
    "story_mode_pairs": "no works are listed",
    "embed_exposure": "no page is listed that shows a post",
    "competitor_benchmarks": "the accounts name no competitors",
}


@pytest.fixture(scope="module")
def published(rehearsed):
    with duckdb.connect(str(rehearsed / "published" / "marts.duckdb"), read_only=True) as con:
        con.execute("set schema = 'marts'")
        yield con


@pytest.fixture(scope="module")
def columns(published) -> dict[str, list[str]]:
    rows = published.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns()"
        " where schema_name = 'marts' group by table_name"
    ).fetchall()
    return dict(rows)


def test_every_column_is_described(columns):
    described = {}
    for file in (REPOSITORY / "dbt_project" / "models" / "marts").rglob("*__models.yml"):
        for model in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]:
            assert model["description"], model["name"]
            described[model["name"]] = [column["name"] for column in model["columns"] if column.get("description")]
    assert {table: sorted(names) for table, names in columns.items() if table != "publication"} == {
        table: sorted(names) for table, names in described.items()
    }


def test_a_column_that_is_empty_everywhere_is_known_to_be(published, columns):
    empty = set()
    for table, names in columns.items():
        counts = ", ".join(f'count("{name}")' for name in names)
        filled = published.execute(f"select {counts} from {table}").fetchone()
        empty |= {f"{table}.{name}" for name, count in zip(names, filled, strict=True) if not count}
    without_rows = {f"{table}.{name}" for table in WITHOUT_ROWS for name in columns[table]}
    assert empty == set(EMPTY) | without_rows


def test_every_reason_of_a_null_is_one_of_the_documented_ones(published, columns):
    for table, names in columns.items():
        if "null_reason" in names:
            found = published.execute(f"select distinct null_reason from {table} where null_reason is not null")
            assert {reason for (reason,) in found.fetchall()} <= REASONS | COMPUTED, table
