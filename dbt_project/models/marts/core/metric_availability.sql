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

-- site and CRM: what the account could tell, on every day
offered as (

    select
        accounts.account_id,
        accounts.brand_id,
        calendar_days.date,
        metrics.metric_id
    from accounts
    cross join calendar_days
    inner join metrics
        on
            metrics.kind not in ('ratio', 'share')
            and coalesce(metrics.is_account_daily, true)
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
        is_settled
    from account_metric_days

    union all

    select
        offered.account_id,
        offered.metric_id,
        offered.date,
        offered.brand_id,
        case when source_metric_days.value is null then 'no_source' end as null_reason,
        coalesce(source_metric_days.is_settled, false) as is_settled
    from offered
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
    is_settled
from unioned
