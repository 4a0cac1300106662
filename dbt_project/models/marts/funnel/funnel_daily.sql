with

funnel as (

    select * from {{ ref('int_funnel_by_period') }}

)

select
    brand_id,
    period_start as date,
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
    is_settled
from funnel
where period_type = 'day'
