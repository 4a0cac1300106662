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

source_metric_days as (

    select * from {{ ref('int_source_metric_days') }}

),

offline_days as (

    select * from {{ ref('int_offline_days') }}

),

-- how many accounts of the brand could tell this metric; what staff write down is told by the brand itself
brand_metrics as (

    select
        accounts.brand_id,
        metrics.metric_id,
        metrics.kind,
        metrics.unit,
        cast(
            count(
                case
                    when accounts.source = 'instagram' then metrics.instagram_name
                    when accounts.source = 'x' then metrics.x_name
                    when accounts.source = 'ga4' then metrics.ga4_name
                    when accounts.source = 'hubspot' then metrics.hubspot_name
                end
            ) + max(case when metrics.source = 'files' then 1 else 0 end) as bigint
        ) as account_count
    from accounts
    cross join metrics
    where metrics.kind not in ('ratio', 'share') and coalesce(metrics.is_account_daily, true)
    group by
        accounts.brand_id,
        metrics.metric_id,
        metrics.kind,
        metrics.unit

),

metric_days as (

    select
        brand_id,
        metric_id,
        date,
        value,
        null_reason,
        is_settled
    from source_metric_days

    union all

    select
        brand_id,
        metric_id,
        date,
        value,
        cast(null as {{ dbt.type_string() }}) as null_reason,
        cast(true as boolean) as is_settled
    from offline_days

),

summed as (

    select
        brand_id,
        metric_id,
        date,
        cast(count(value) as bigint) as known_count,
        cast(sum(value) as decimal(28, 6)) as value,
        min(null_reason) as null_reason,
        cast(min(case when is_settled then 1 else 0 end) as bigint) as settled
    from metric_days
    group by
        brand_id,
        metric_id,
        date

),

joined as (

    select
        brand_metrics.brand_id,
        brand_metrics.metric_id,
        brand_metrics.kind,
        brand_metrics.unit,
        brand_metrics.account_count,
        calendar_days.date,
        coalesce(summed.settled, 0) = 1 as is_settled,
        summed.null_reason,
        -- a total is known when every account that could tell it did; people are not added up over accounts
        case
            when brand_metrics.kind = 'distinct' and brand_metrics.account_count <> 1 then cast(null as decimal(28, 6))
            when summed.known_count = brand_metrics.account_count then summed.value
        end as value
    from brand_metrics
    cross join calendar_days
    left join summed
        on
            brand_metrics.brand_id = summed.brand_id
            and brand_metrics.metric_id = summed.metric_id
            and calendar_days.date = summed.date

)

select
    brand_id,
    metric_id,
    date,
    kind,
    unit,
    value,
    case
        when value is not null then cast(null as {{ dbt.type_string() }})
        when account_count = 0 then 'no_source'
        when kind = 'distinct' and account_count > 1 then 'not_offered'
        else coalesce(null_reason, 'no_source')
    end as null_reason,
    is_settled
from joined
