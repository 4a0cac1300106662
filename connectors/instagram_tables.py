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
INSIGHTS_SCHEMA = {
    "data": [
        {
            "name": "VARCHAR",
            "total_value": {
                "value": "BIGINT",
                "breakdowns": [
                    {
                        "dimension_keys": ["VARCHAR"],
                        "results": [{"dimension_values": ["VARCHAR"], "value": "BIGINT"}],
                    }
                ],
            },
        }
    ]
}
MEASURES = [{"value": "BIGINT"}]
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
            "insights": {"data": [{"name": "VARCHAR", "values": MEASURES}]},
            "name": "VARCHAR",
            "values": MEASURES,
        }
    ],
    "error": {"code": "BIGINT", "error_subcode": "BIGINT", "message": "VARCHAR"},
}

ACCOUNTS = Table(
    "accounts",
    ACCOUNT_SCHEMA,
    """
    select landing_file, body.username, body.name, body.followers_count, body.follows_count, body.media_count
    from page
    """,
)

_ENTRIES = "(select landing_file, asked, unnest(body.data) as entry from page)"

ACCOUNT_INSIGHTS = Table(
    "account_insights",
    INSIGHTS_SCHEMA,
    f"""
    select
        landing_file, entry.name as metric, cast(null as varchar) as dimension,
        cast(null as varchar) as dimension_value, entry.total_value.value as value
    from {_ENTRIES}
    where entry.total_value.breakdowns is null and entry.total_value.value is not null
    union all
    select
        landing_file, metric, array_to_string(keys, ',') as dimension,
        array_to_string(result.dimension_values, ',') as dimension_value, result.value
    from (
        select landing_file, metric, breakdown.dimension_keys as keys, unnest(breakdown.results) as result
        from (
            select landing_file, entry.name as metric, unnest(entry.total_value.breakdowns) as breakdown
            from {_ENTRIES}
        )
    )
    """,
)

# A midnight in California is 07:00 or 08:00 UTC, so the UTC date of a bound is the day it begins.
_DAY = "date '1970-01-01' + cast(cast(regexp_extract(asked, '{bound}=(\\d+)', 1) as bigint) // 86400 as integer)"
PERIOD_REACH = Table(
    "period_reach",
    INSIGHTS_SCHEMA,
    f"""
    select
        landing_file, case when period_end - period_start = 6 then 'week' else 'month' end as period_type,
        period_start, period_end, entry.name as metric, entry.total_value.value as value
    from (
        select
            landing_file, entry, {_DAY.format(bound="since")} as period_start,
            {_DAY.format(bound="until")} - 1 as period_end
        from {_ENTRIES}
    )
    where entry.total_value.value is not null
    """,
)


def media_tables(listed: str, insights: str, refusals: str) -> tuple[Table, ...]:
    """Return the three tables of an edge that lists media."""
    return (
        Table(listed, MEDIA_SCHEMA, MEDIA, key=("media_id",)),
        Table(insights, MEDIA_SCHEMA, MEDIA_INSIGHTS, key=("media_id", "metric")),
        Table(refusals, MEDIA_SCHEMA, MEDIA_REFUSALS),
    )


MEDIA = f"""
    select
        landing_file, entry.id as media_id, entry.caption, entry.media_type, entry.media_product_type,
        entry.permalink, try_cast(entry.timestamp as timestamptz) as published_at, entry.like_count,
        entry.comments_count
    from {_ENTRIES}
    where entry.id is not null and entry.media_type is not null
"""

# Nested in a list, or the answer about one media, which only `asked` names.
MEDIA_INSIGHTS = f"""
    select landing_file, media_id, metric, value
    from (
        select landing_file, media_id, insight.name as metric, insight.values[1].value as value
        from (
            select landing_file, entry.id as media_id, unnest(entry.insights.data) as insight from {_ENTRIES}
        )
        union all
        select landing_file, regexp_extract(asked, '/(\\d+)/insights', 1), entry.name, entry.values[1].value
        from (
            select landing_file, asked, unnest(body.data) as entry from page where asked like '%/insights?%'
        )
    )
    where value is not null
"""

MEDIA_REFUSALS = """
    select distinct
        landing_file, regexp_extract(asked, '/(\\d+)/insights', 1) as media_id, body.error.code,
        body.error.error_subcode as subcode, body.error.message
    from page
    where body.error is not null
"""
