"""Instagram's raw tables: the keys of its pages that are kept, and how each becomes typed rows.

Pages of media and stories come in three shapes: a list of media with their insights nested; the insights of one
media (`asked` names it); a refusal with status 400 (`asked` names the media likewise). One structure holds all.
"""

from __future__ import annotations

from connectors.streams import Table

ACCOUNT_SCHEMA = {
    "username": "VARCHAR",
    "name": "VARCHAR",
    "followers_count": "BIGINT",
    "follows_count": "BIGINT",
    "media_count": "BIGINT",
}
ERROR = {"code": "BIGINT", "error_subcode": "BIGINT", "message": "VARCHAR"}
BREAKDOWNS = [
    {"dimension_keys": ["VARCHAR"], "results": [{"dimension_values": ["VARCHAR"], "value": "DOUBLE"}]},
]
# A total stands in `total_value`, in `values`, or in both, with its parts only in the first.
MEASURE = {
    "name": "VARCHAR",
    "total_value": {"value": "DOUBLE", "breakdowns": BREAKDOWNS},
    "values": [{"value": "DOUBLE", "end_time": "VARCHAR"}],
}
INSIGHTS_SCHEMA = {"data": [MEASURE], "error": ERROR}
MEDIA_SCHEMA = {
    "data": [
        {
            "id": "VARCHAR",
            "caption": "VARCHAR",
            "media_type": "VARCHAR",
            "media_product_type": "VARCHAR",
            "permalink": "VARCHAR",
            "timestamp": "VARCHAR",
            "like_count": "BIGINT",
            "comments_count": "BIGINT",
            "is_shared_to_feed": "BOOLEAN",
            "children": {"data": [{"media_type": "VARCHAR"}]},
            "saved_count": "BIGINT",
            "shares_count": "BIGINT",
            "reposts_count": "BIGINT",
            "total_views_count": "BIGINT",
            "total_like_count": "BIGINT",
            "total_comments_count": "BIGINT",
            "insights": {"data": [MEASURE]},
            **MEASURE,
        }
    ],
    "error": ERROR,
}
MEDIA_VALUES = {
    "data[].media_type": frozenset({"IMAGE", "VIDEO", "CAROUSEL_ALBUM"}),
    "data[].media_product_type": frozenset({"AD", "FEED", "REELS", "STORY"}),
}
AUDIENCE_SCHEMA = {"data": [{**MEASURE, "values": [{"value": "JSON", "end_time": "VARCHAR"}]}], "error": ERROR}

ACCOUNTS = Table(
    "accounts",
    ACCOUNT_SCHEMA,
    """
    select landing_file, body.username, body.name, body.followers_count, body.follows_count, body.media_count
    from page
    """,
)

_ENTRIES = "(select landing_file, asked, unnest(body.data) as entry from page)"


def _refusals(key: str, pattern: str) -> str:
    """Return the SELECT of the error answers, with what a question of one metric says that it was about."""
    return f"""
    select distinct
        landing_file, nullif(regexp_extract(asked, '{pattern}', 1), '') as {key},
        nullif(regexp_extract(asked, 'breakdown=([^&]*)', 1), '') as dimension,
        body.error.code, body.error.error_subcode as subcode, body.error.message
    from page
    where body.error is not null
"""


# Results that are there and empty are a measurement: nothing happened. Results that are absent are not told yet.
_ACCOUNT_INSIGHTS = f"""
    select
        landing_file, entry.name as metric, cast(null as varchar) as dimension,
        cast(null as varchar) as dimension_value,
        cast(coalesce(entry.total_value.value, entry.values[1].value) as bigint) as value
    from {_ENTRIES}
    where
        entry.total_value.breakdowns is null
        and (entry.total_value.value is not null or (len(entry.values) = 1 and entry.values[1].value is not null))
    union all
    select
        landing_file, metric, array_to_string(keys, ',') as dimension,
        array_to_string(result.dimension_values, ',') as dimension_value, cast(result.value as bigint)
    from (
        select
            landing_file, metric, breakdown.dimension_keys as keys,
            unnest(case when breakdown.results = [] then [null] else breakdown.results end) as result
        from (
            select landing_file, entry.name as metric, unnest(entry.total_value.breakdowns) as breakdown
            from {_ENTRIES}
        )
    )
    """
ACCOUNT_INSIGHTS = (
    Table("account_insights", INSIGHTS_SCHEMA, _ACCOUNT_INSIGHTS),
    Table("account_insight_refusals", INSIGHTS_SCHEMA, _refusals("metric", "metric=([^&,]*)(?:&|$)")),
)

# A midnight in California is 07:00 or 08:00 UTC, so the UTC date of a bound is the day it begins.
_DAY = "date '1970-01-01' + cast(cast(regexp_extract(asked, '{bound}=(\\d+)', 1) as bigint) // 86400 as integer)"
PERIOD_REACH = Table(
    "period_reach",
    INSIGHTS_SCHEMA,
    f"""
    select
        landing_file, case when period_end - period_start = 6 then 'week' else 'month' end as period_type,
        period_start, period_end, entry.name as metric,
        cast(coalesce(entry.total_value.value, entry.values[1].value) as bigint) as value
    from (
        select
            landing_file, entry, {_DAY.format(bound="since")} as period_start,
            {_DAY.format(bound="until")} - 1 as period_end
        from {_ENTRIES}
    )
    where coalesce(entry.total_value.value, entry.values[1].value) is not null
    """,
)


# `keys` says which dimension stands where; a city has commas, so the parts are never joined. An answer without
# results is a row too: the group was asked for, and the account has too few followers for it.
_PARTS = """
    select
        landing_file, metric, timeframe, asked_by, keys, result.dimension_values as parts, result.value as value
    from (
        select
            landing_file, metric, timeframe, asked_by, breakdown.dimension_keys as keys,
            unnest(
                case when coalesce(len(breakdown.results), 0) = 0 then [null] else breakdown.results end
            ) as result
        from (
            select
                landing_file, regexp_extract(asked, 'metric=([^&]*)', 1) as metric,
                nullif(regexp_extract(asked, 'timeframe=([^&]*)', 1), '') as timeframe,
                regexp_extract(asked, 'breakdown=([^&]*)', 1) as asked_by,
                unnest(
                    case
                        when coalesce(len(body.data[1].total_value.breakdowns), 0) = 0 then [null]
                        else body.data[1].total_value.breakdowns
                    end
                ) as breakdown
            from page
            where asked like '%_demographics&%' and body.error is null
        )
    )
"""
_AUDIENCE = f"""
    select
        landing_file, metric, timeframe, replace(asked_by, '%2C', ',') as dimension,
        parts[list_position(keys, 'age')] as age, parts[list_position(keys, 'gender')] as gender,
        parts[list_position(keys, 'city')] as city, parts[list_position(keys, 'country')] as country,
        cast(value as bigint) as value
    from ({_PARTS})
"""
# A bucket is labelled with its end, a midnight in California: the UTC date of the label, less one, is the day.
_FOLLOWERS_GAINED = """
    select
        landing_file, cast(substr(point.end_time, 1, 10) as date) - 1 as gained_date,
        try_cast(point.value as bigint) as value
    from (
        select landing_file, entry.name as metric, unnest(entry.values) as point
        from (select landing_file, unnest(body.data) as entry from page)
    )
    where metric = 'follower_count' and try_cast(point.value as bigint) is not null
"""
_FOLLOWERS_ONLINE = """
    select
        landing_file, cast(substr(end_time, 1, 10) as date) - 1 as online_date, cast(hour as bigint) as hour,
        try_cast(json_extract_string(value, hour) as bigint) as value
    from (
        select landing_file, point.value as value, point.end_time as end_time, unnest(json_keys(point.value)) as hour
        from (
            select landing_file, unnest(entry.values) as point
            from (select landing_file, unnest(body.data) as entry from page)
            where entry.name = 'online_followers'
        )
        where json_type(point.value) = 'OBJECT'
    )
"""
AUDIENCE = (
    Table("audience", AUDIENCE_SCHEMA, _AUDIENCE),
    Table("followers_gained", AUDIENCE_SCHEMA, _FOLLOWERS_GAINED, key=("gained_date",)),
    Table("followers_online", AUDIENCE_SCHEMA, _FOLLOWERS_ONLINE),
    Table("audience_refusals", AUDIENCE_SCHEMA, _refusals("metric", "metric=([^&,]*)(?:&|$)")),
)


def media_tables(listed: str, insights: str, refusals: str) -> tuple[Table, ...]:
    """Return the three tables of an edge that lists media."""
    return (
        Table(listed, MEDIA_SCHEMA, MEDIA, key=("media_id",)),
        Table(insights, MEDIA_SCHEMA, MEDIA_INSIGHTS, key=("media_id", "metric", "dimension", "dimension_value")),
        Table(refusals, MEDIA_SCHEMA, _refusals("media_id", "/(\\d+)/insights")),
    )


MEDIA = f"""
    select
        landing_file, entry.id as media_id, entry.caption, entry.media_type, entry.media_product_type,
        entry.permalink, try_cast(entry.timestamp as timestamptz) as published_at, entry.like_count,
        entry.comments_count, entry.is_shared_to_feed, len(entry.children.data) as slide_count,
        entry.saved_count, entry.shares_count, entry.reposts_count, entry.total_views_count,
        entry.total_like_count, entry.total_comments_count
    from {_ENTRIES}
    where entry.id is not null and asked not like '%/insights?%'
"""

# Nested in a list, or the answer about one media, which only `asked` names; the parts of a breakdown beside it.
MEDIA_INSIGHTS = f"""
    select * from (
    with measure as (
        select landing_file, entry.id as media_id, unnest(entry.insights.data) as insight from {_ENTRIES}
        where asked not like '%/insights?%'
        union all by name
        select
            landing_file, regexp_extract(asked, '/(\\d+)/insights', 1) as media_id,
            struct_pack(name := entry.name, total_value := entry.total_value, "values" := entry.values) as insight
        from {_ENTRIES}
        where asked like '%/insights?%'
    ),
    part as (
        select landing_file, media_id, metric, breakdown.dimension_keys[1] as dimension, unnest(breakdown.results) as r
        from (
            select landing_file, media_id, insight.name as metric, unnest(insight.total_value.breakdowns) as breakdown
            from measure
        )
    )
    select
        landing_file, media_id, insight.name as metric, cast(null as varchar) as dimension,
        cast(null as varchar) as dimension_value,
        coalesce(insight.values[1].value, insight.total_value.value) as value
    from measure
    where coalesce(insight.values[1].value, insight.total_value.value) is not null
    union all
    select landing_file, media_id, metric, dimension, r.dimension_values[1], r.value from part
    )
"""
