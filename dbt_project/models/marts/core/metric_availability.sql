with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

calendar_days as (

    select * from {{ ref('int_calendar_days') }}

),

metrics as (

    select * from {{ ref('int_metrics_current') }}

),

account_metric_days as (

    select * from {{ ref('int_account_metric_days') }}

),

source_metric_days as (

    select * from {{ ref('int_source_metric_days') }}

),

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

report_flags as (

    select * from {{ ref('stg_ga4__report_flags') }}

),

-- what the site's source says of its latest answer, report by report
told as (

    select
        report_flags.account_id,
        report_flags.date,
        report_flags.report_name,
        report_flags.caveats,
        report_flags.hidden_metrics
    from report_flags
    inner join latest_captures
        on
            report_flags.account_id = latest_captures.account_id
            and report_flags.landing_file = latest_captures.landing_file

),

-- site and CRM: what the account could tell, on every day
offered as (

    select
        accounts.account_id,
        accounts.brand_id,
        calendar_days.date,
        metrics.metric_id,
        metrics.ga4_name,
        case
            when metrics.ga4_name like '%by pagePath' then 'pages'
            when metrics.ga4_name like '% by %' or metrics.ga4_name in ('userEngagementDuration', 'totalRevenue')
                then 'traffic'
            when metrics.ga4_name is not null then 'totals'
        end as report_name
    from accounts
    cross join calendar_days
    inner join metrics
        on
            metrics.kind not in ('ratio', 'share')
            and (coalesce(metrics.is_account_daily, true) or metrics.metric_id = 'site_revenue')
            and (
                (accounts.source = 'ga4' and metrics.ga4_name is not null)
                or (accounts.source = 'hubspot' and metrics.hubspot_name is not null)
            )

),

unioned as (

    select
        account_id,
        metric_id,
        date,
        brand_id,
        null_reason,
        is_settled,
        cast(null as {{ dbt.type_string() }}) as caveats
    from account_metric_days

    union all

    select
        offered.account_id,
        offered.metric_id,
        offered.date,
        offered.brand_id,
        case
            when told.hidden_metrics like '%' || offered.ga4_name || '%' then 'no_permission'
            -- the site's revenue is told by landing page, never for a whole day
            when offered.metric_id = 'site_revenue' and told.report_name is not null then null
            when source_metric_days.value is null then 'no_source'
        end as null_reason,
        coalesce(source_metric_days.is_settled, false) as is_settled,
        told.caveats
    from offered
    left join told
        on
            offered.account_id = told.account_id
            and offered.date = told.date
            and offered.report_name = told.report_name
    left join source_metric_days
        on
            offered.account_id = source_metric_days.account_id
            and offered.metric_id = source_metric_days.metric_id
            and offered.date = source_metric_days.date

)

select
    account_id,
    metric_id,
    date,
    brand_id,
    null_reason is null as is_available,
    null_reason,
    is_settled,
    caveats
from unioned
