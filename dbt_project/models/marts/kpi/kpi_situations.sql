with

situations as (

    select * from {{ ref('situations') }}

),

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}
    where period_type = 'month'

),

recent as (

    -- the newest whole month of a brand, or the running one while there is no whole one
    select
        brand_id,
        period_start,
        max(case when is_partial then 1 else 0 end) as is_running,
        row_number() over (
            partition by brand_id
            order by max(case when is_partial then 1 else 0 end), period_start desc
        ) as recency
    from metrics
    group by brand_id, period_start

)

select
    recent.brand_id,
    situations.situation,
    situations.metric_order,
    situations.situation_order,
    situations.label_en,
    situations.label_ja,
    situations.metric_id,
    recent.period_start,
    recent.is_running = 1 as is_partial,
    metrics.value,
    case
        when metrics.value is null
            then coalesce(
                metrics.null_reason, case when metrics.denominator = 0 then 'zero_denominator' else 'no_source' end
            )
    end as null_reason,
    situations.impressions_mean_en,
    situations.impressions_mean_ja
from recent
cross join situations
left join metrics
    on
        recent.brand_id = metrics.brand_id
        and recent.period_start = metrics.period_start
        and situations.metric_id = metrics.metric_id
where recent.recency = 1
