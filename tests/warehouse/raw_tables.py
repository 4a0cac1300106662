"""The raw schemas as dbt expects them, empty, so that models can be built and tested before any load.

The loader makes the same tables from the connectors' declarations; `test_raw_tables.py` is where the two may
be compared. Nothing outside tests/warehouse imports this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

META = "account_id varchar, window_date date, captured_at timestamptz, landing_file varchar"
FILE_META = "file varchar, line bigint"

_POSTS = (
    "media_id varchar, caption varchar, media_type varchar, media_product_type varchar, permalink varchar,"
    " published_at timestamptz, like_count bigint, comments_count bigint, is_shared_to_feed boolean,"
    " slide_count bigint, saved_count bigint, shares_count bigint, reposts_count bigint, total_views_count bigint,"
    " total_like_count bigint, total_comments_count bigint"
)
_INSIGHTS = "media_id varchar, metric varchar, dimension varchar, dimension_value varchar, value double"
_ERROR = "code bigint, subcode bigint, message varchar"
_REFUSALS = f"media_id varchar, dimension varchar, {_ERROR}"
_METRIC_REFUSALS = f"metric varchar, dimension varchar, {_ERROR}"
_PUBLIC = "media_id varchar, media_type varchar, published_at timestamptz, like_count bigint, comments_count bigint"
_X_COUNTERS = """
    public_retweet_count public_reply_count public_like_count public_quote_count public_bookmark_count
    public_impression_count non_public_impression_count non_public_engagements non_public_user_profile_clicks
    non_public_url_link_clicks organic_impression_count organic_like_count organic_reply_count
    organic_retweet_count organic_user_profile_clicks organic_url_link_clicks promoted_impression_count
    promoted_like_count promoted_reply_count promoted_retweet_count promoted_user_profile_clicks
    promoted_url_link_clicks
"""
_X_COLUMNS = ", ".join(f"{name} bigint" for name in _X_COUNTERS.split())

TABLES = {
    "raw_registry.accounts": "brand_id varchar, brand_name varchar, zone varchar, currency varchar,"
    " source varchar, account_id varchar, handle varchar",
    "raw_registry.loads": "source varchar, stream varchar, account_id varchar, window_date date,"
    " captured_at timestamptz, landing_file varchar, status varchar, row_count bigint, page_count bigint,"
    " request_count bigint, error varchar, loaded_at timestamptz",
    "raw_instagram.accounts": "username varchar, name varchar, followers_count bigint, follows_count bigint,"
    f" media_count bigint, {META}",
    "raw_instagram.account_insights": "metric varchar, dimension varchar, dimension_value varchar,"
    f" value bigint, {META}",
    "raw_instagram.account_insight_refusals": f"{_METRIC_REFUSALS}, {META}",
    "raw_instagram.audience": "metric varchar, timeframe varchar, dimension varchar, age varchar, gender varchar,"
    f" city varchar, country varchar, value bigint, {META}",
    "raw_instagram.followers_gained": f"gained_date date, value bigint, {META}",
    "raw_instagram.followers_online": f"online_date date, hour bigint, value bigint, {META}",
    "raw_instagram.audience_refusals": f"{_METRIC_REFUSALS}, {META}",
    "raw_instagram.competitors": "handle varchar, followers_count bigint, follows_count bigint, media_count bigint,"
    f" {_ERROR}, {META}",
    "raw_instagram.competitor_media": f"handle varchar, media_product_type varchar, view_count bigint, {_PUBLIC},"
    f" {META}",
    "raw_instagram.hashtag_media": f"hashtag varchar, {_PUBLIC}, {META}",
    "raw_instagram.tagged_media": f"author_key varchar, media_product_type varchar, {_PUBLIC}, {META}",
    "raw_instagram.period_reach": "period_type varchar, period_start date, period_end date, metric varchar,"
    f" value bigint, {META}",
    "raw_instagram.media": f"{_POSTS}, {META}",
    "raw_instagram.media_insights": f"{_INSIGHTS}, {META}",
    "raw_instagram.media_refusals": f"{_REFUSALS}, {META}",
    "raw_instagram.stories": f"{_POSTS}, {META}",
    "raw_instagram.story_insights": f"{_INSIGHTS}, {META}",
    "raw_instagram.story_refusals": f"{_REFUSALS}, {META}",
    "raw_x.users": "username varchar, name varchar, followers_count bigint, following_count bigint,"
    f" tweet_count bigint, listed_count bigint, {META}",
    "raw_x.posts": "post_id varchar, first_post_id varchar, text varchar, created_at timestamptz,"
    " conversation_id varchar, in_reply_to_user_id varchar, referenced_type varchar, media_type varchar,"
    f" hashtags varchar, link_url varchar, {_X_COLUMNS}, {META}",
    "raw_x.post_refusals": f"post_id varchar, title varchar, detail varchar, {META}",
    "raw_ga4.traffic": "date date, landing_page varchar, source varchar, medium varchar, campaign varchar,"
    " content varchar, channel_group varchar, sessions bigint, engaged_sessions bigint, new_users bigint,"
    " total_users bigint, engaged_time_s decimal(18,6), page_views bigint, key_events decimal(18,6),"
    f" revenue_amount decimal(18,6), currency varchar, property_zone varchar, is_sampled boolean, {META}",
    "raw_ga4.key_events": "date date, event_name varchar, source varchar, medium varchar, content varchar,"
    f" key_events decimal(18,6), event_count bigint, {META}",
    "raw_ga4.pages": f"date date, page_path varchar, page_views bigint, total_users bigint, {META}",
    "raw_ga4.totals": "date date, sessions bigint, engaged_sessions bigint, total_users bigint,"
    " new_users bigint, page_views bigint, key_events decimal(18,6), revenue_amount decimal(18,6),"
    f" currency varchar, property_zone varchar, {META}",
    "raw_ga4.report_flags": "report_name varchar, page_count bigint, rows_told bigint, rows_read bigint,"
    " has_other_row boolean, is_thresholded boolean, sampled_share double, truncation varchar,"
    f" hidden_metrics varchar, empty_reason varchar, {META}",
    "raw_hubspot.contacts": "contact_id varchar, person_key varchar, created_at timestamptz,"
    " modified_at timestamptz, lifecycle_stage varchar, source varchar, source_data_1 varchar,"
    " source_data_2 varchar, first_url varchar, last_url varchar, first_visit_at timestamptz,"
    f" lead_at timestamptz, qualified_at timestamptz, customer_at timestamptz, {META}",
    "raw_hubspot.deals": "deal_id varchar, amount decimal(18,2), currency varchar, stage varchar,"
    " pipeline varchar, created_at timestamptz, closed_at timestamptz, modified_at timestamptz,"
    f" is_closed boolean, is_won boolean, {META}",
    "raw_hubspot.deal_contacts": f"deal_id varchar, contact_id varchar, {META}",
    "raw_hubspot.deal_stages": f"deal_id varchar, stage varchar, entered_at timestamptz, {META}",
    "raw_hubspot.merged_contacts": f"merged_id varchar, winner_id varchar, {META}",
    "raw_hubspot.merged_deals": f"merged_id varchar, winner_id varchar, {META}",
    "raw_hubspot.live_contacts": f"contact_id varchar, {META}",
    "raw_hubspot.archived_objects": f"object_type varchar, object_id varchar, archived_at timestamptz, {META}",
    "raw_hubspot.pipeline_stages": "pipeline varchar, stage varchar, label varchar,"
    f" probability decimal(9,6), is_closed boolean, {META}",
    "raw_files.product_events": "event_id varchar, entity_type varchar, entity_id varchar, event_type varchar,"
    f" occurred_at timestamptz, quantity decimal(18,6), {FILE_META}",
    "raw_files.survey_responses": "response_id varchar, entity_type varchar, entity_id varchar, survey varchar,"
    f" question_id varchar, score decimal(18,6), responded_at timestamptz, department varchar, {FILE_META}",
    "raw_files.support_tickets": "ticket_id varchar, entity_id varchar, opened_at timestamptz,"
    f" closed_at timestamptz, {FILE_META}",
    "raw_files.site_events": "event_id varchar, occurred_at timestamptz, visitor_id varchar,"
    " person_key varchar, event_name varchar, page varchar, landing_page varchar, utm_source varchar,"
    " utm_medium varchar, utm_campaign varchar, utm_content varchar, engagement_s decimal(18,6),"
    f" value_amount decimal(18,2), currency varchar, {FILE_META}",
}


def create_raw_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every raw table that is not there yet."""
    for name, columns in TABLES.items():
        connection.execute(f"create schema if not exists {name.partition('.')[0]}")
        connection.execute(f"create table if not exists {name} ({columns})")


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows by column name; columns that a row does not name are NULL."""
    for row in rows:
        names, values = ", ".join(row), list(row.values())
        marks = ", ".join("?" for _ in values)
        connection.execute(f"insert into {table} ({names}) values ({marks})", values)
