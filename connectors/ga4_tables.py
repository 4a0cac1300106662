"""GA4's raw tables. A page is a batch of reports or the rest of one; a report is told by its dimensions.

Values stand by position, as the report's own headers say; they are looked up there by name.
"""

from __future__ import annotations

from connectors.streams import Table

_NAMED = [{"name": "VARCHAR"}]
_VALUES = [{"value": "VARCHAR"}]
_REPORT = {
    "dimensionHeaders": _NAMED,
    "metricHeaders": _NAMED,
    "rows": [{"dimensionValues": _VALUES, "metricValues": _VALUES}],
    "rowCount": "VARCHAR",
    "metadata": {
        "currencyCode": "VARCHAR",
        "timeZone": "VARCHAR",
        "samplingMetadatas": [{"samplesReadCount": "VARCHAR", "samplingSpaceSize": "VARCHAR"}],
        "dataLossFromOtherRow": "VARCHAR",
        "subjectToThresholding": "VARCHAR",
        "emptyReason": "VARCHAR",
        "dataTruncationReasons": [{"dataTruncationType": "VARCHAR"}],
        "schemaRestrictionResponse": {"activeMetricRestrictions": [{"metricName": "VARCHAR"}]},
    },
}
SCHEMA = {"reports": [_REPORT], **_REPORT}


def _dimension(name: str) -> str:
    return f"line.dimensionValues[list_position(dimensions, '{name}')].value"


def _metric(name: str, kind: str) -> str:
    place = f"list_position(metrics, '{name}')"
    if name == "keyEvents":
        place = f"coalesce({place}, list_position(metrics, 'conversions'))"
    return f"try_cast(line.metricValues[{place}].value as {kind})"


# The day may read '(other)' when there were too many combinations.
_DATE = f"cast(try_strptime({_dimension('date')}, '%Y%m%d') as date) as date"
_FRACTION = "decimal(18, 6)"
# Without permission for revenue Google sends zeros and says so in the metadata.
_REVENUE = f"case when not is_revenue_hidden then {_metric('totalRevenue', _FRACTION)} end as revenue_amount"
_NAMES = {"landingPage": "traffic", "eventName": "key_events", "pagePath": "pages"}


_REPORTS = """(
            select
                landing_file,
                unnest(coalesce(body.reports, [{
                    'dimensionHeaders': body.dimensionHeaders, 'metricHeaders': body.metricHeaders,
                    'rows': body.rows, 'rowCount': body.rowCount, 'metadata': body.metadata
                }])) as report
            from page
        )"""


def _select(columns: tuple[str, ...], told_by: str | None) -> str:
    tells = [f"list_position(dimensions, '{name}') is {'not ' if name == told_by else ''}null" for name in _NAMES]
    return f"""
    select landing_file, {", ".join(columns)}
    from (
        select
            landing_file, report.metadata, unnest(report.rows) as line,
            list_transform(report.dimensionHeaders, lambda header: header.name) as dimensions,
            list_transform(report.metricHeaders, lambda header: header.name) as metrics,
            coalesce(
                list_contains(
                    list_transform(
                        report.metadata.schemaRestrictionResponse.activeMetricRestrictions,
                        lambda restriction: restriction.metricName
                    ),
                    'totalRevenue'
                ),
                false
            ) as is_revenue_hidden
        from {_REPORTS}
    )
    where {" and ".join(tells)}
    """


TRAFFIC = Table(
    "traffic",
    SCHEMA,
    _select(
        (
            _DATE,
            f"{_dimension('landingPage')} as landing_page",
            f"{_dimension('sessionSource')} as source",
            f"{_dimension('sessionMedium')} as medium",
            f"{_dimension('sessionCampaignName')} as campaign",
            f"{_dimension('sessionManualAdContent')} as content",
            f"{_dimension('sessionDefaultChannelGroup')} as channel_group",
            f"{_metric('sessions', 'bigint')} as sessions",
            f"{_metric('engagedSessions', 'bigint')} as engaged_sessions",
            f"{_metric('newUsers', 'bigint')} as new_users",
            f"{_metric('totalUsers', 'bigint')} as total_users",
            f"{_metric('userEngagementDuration', _FRACTION)} as engaged_time_s",
            f"{_metric('screenPageViews', 'bigint')} as page_views",
            f"{_metric('keyEvents', _FRACTION)} as key_events",
            _REVENUE,
            "metadata.currencyCode as currency",
            "metadata.timeZone as property_zone",
            "metadata.samplingMetadatas is not null as is_sampled",
        ),
        "landingPage",
    ),
    key=("date", "landing_page", "source", "medium", "campaign", "content", "channel_group"),
)

KEY_EVENTS = Table(
    "key_events",
    SCHEMA,
    _select(
        (
            _DATE,
            f"{_dimension('eventName')} as event_name",
            f"{_dimension('sessionSource')} as source",
            f"{_dimension('sessionMedium')} as medium",
            f"{_dimension('sessionManualAdContent')} as content",
            f"{_metric('keyEvents', _FRACTION)} as key_events",
            f"{_metric('eventCount', 'bigint')} as event_count",
        ),
        "eventName",
    ),
    key=("date", "event_name", "source", "medium", "content"),
)

PAGES = Table(
    "pages",
    SCHEMA,
    _select(
        (
            _DATE,
            f"{_dimension('pagePath')} as page_path",
            f"{_metric('screenPageViews', 'bigint')} as page_views",
            f"{_metric('totalUsers', 'bigint')} as total_users",
        ),
        "pagePath",
    ),
    key=("date", "page_path"),
)

TOTALS = Table(
    "totals",
    SCHEMA,
    _select(
        (
            _DATE,
            f"{_metric('sessions', 'bigint')} as sessions",
            f"{_metric('engagedSessions', 'bigint')} as engaged_sessions",
            f"{_metric('totalUsers', 'bigint')} as total_users",
            f"{_metric('newUsers', 'bigint')} as new_users",
            f"{_metric('screenPageViews', 'bigint')} as page_views",
            f"{_metric('keyEvents', _FRACTION)} as key_events",
            _REVENUE,
            "metadata.currencyCode as currency",
            "metadata.timeZone as property_zone",
        ),
        None,
    ),
)

REPORT_FLAGS = Table(
    "report_flags",
    SCHEMA,
    f"""
    select
        landing_file, report_name, cast(count(*) as bigint) as page_count,
        max(try_cast(report.rowCount as bigint)) as rows_told,
        cast(coalesce(sum(len(report.rows)), 0) as bigint) as rows_read,
        cast(coalesce(sum(len(list_filter(
            flatten(list_transform(report.rows, lambda line: line.metricValues)),
            lambda told: try_cast(told.value as double) is null
        ))), 0) as bigint) as unreadable_count,
        coalesce(bool_or(report.metadata.dataLossFromOtherRow = 'true'), false) as has_other_row,
        coalesce(bool_or(report.metadata.subjectToThresholding = 'true'), false) as is_thresholded,
        min(
            try_cast(report.metadata.samplingMetadatas[1].samplesReadCount as double)
            / nullif(try_cast(report.metadata.samplingMetadatas[1].samplingSpaceSize as double), 0)
        ) as sampled_share,
        max(array_to_string(
            list_transform(report.metadata.dataTruncationReasons, lambda reason: reason.dataTruncationType), ','
        )) as truncation,
        max(array_to_string(
            list_transform(
                report.metadata.schemaRestrictionResponse.activeMetricRestrictions,
                lambda restriction: restriction.metricName
            ), ','
        )) as hidden_metrics,
        max(report.metadata.emptyReason) as empty_reason
    from (
        select
            landing_file, report,
            case
                {" ".join(f"when list_contains(dimensions, '{told}') then '{name}'" for told, name in _NAMES.items())}
                else 'totals'
            end as report_name
        from (
            select
                landing_file, report,
                coalesce(list_transform(report.dimensionHeaders, lambda header: header.name), []) as dimensions
            from {_REPORTS}
        )
    )
    where report is not null
    group by landing_file, report_name
    """,
)
