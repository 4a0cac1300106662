with

funnel as (

    select * from {{ ref('int_funnel_by_period') }}

)

select
    brand_id,
    period_type,
    period_start,
    period_end,
    stage_order,
    stage,
    label_en,
    label_ja,
    metric_id,
    stage_version,
    unit,
    value,
    null_reason,
    previous_value,
    conversion_rate,
    target,
    attainment,
    is_partial,
    is_settled,
    days_known
from funnel
where period_type in ('week', 'month')
