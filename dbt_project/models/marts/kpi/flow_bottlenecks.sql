with

business_flow as (

    select * from {{ ref('business_flow') }}

),

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}
    where period_type = 'month' and not is_partial

),

months as (

    select
        brand_id,
        period_start
    from metrics
    group by brand_id, period_start

),

chosen as (

    select
        months.brand_id,
        months.period_start,
        business_flow.step_order,
        business_flow.step,
        business_flow.label_en,
        business_flow.label_ja,
        business_flow.metric_id,
        business_flow.capacity_monthly,
        rank() over (
            partition by months.brand_id, months.period_start
            order by case when business_flow.brand_id = '*' then 1 else 0 end
        ) as preference
    from months
    inner join business_flow on business_flow.brand_id in ('*', months.brand_id)

),

loaded as (

    select
        chosen.*,
        metrics.value,
        {{ ratio('chosen.capacity_monthly', 'metrics.value') }} as capacity_per_load
    from chosen
    left join metrics
        on
            chosen.brand_id = metrics.brand_id
            and chosen.period_start = metrics.period_start
            and chosen.metric_id = metrics.metric_id
    where chosen.preference = 1

),

proposed as (

    -- the metric of the step that could take least of what came is the first to be worked on
    select
        *,
        row_number() over (
            partition by brand_id, period_start
            order by case when capacity_per_load is null then 1 else 0 end, capacity_per_load, step_order
        ) as proposal_order
    from loaded

)

select
    brand_id,
    period_start,
    step_order,
    step,
    label_en,
    label_ja,
    metric_id,
    value,
    capacity_monthly,
    capacity_per_load,
    cast(proposal_order as bigint) as proposal_order,
    proposal_order = 1 and capacity_per_load is not null as is_bottleneck
from proposed
