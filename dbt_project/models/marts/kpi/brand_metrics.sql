with

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}
    where period_type <> 'day'

)

select
    metrics.brand_id,
    metrics.metric_id,
    metrics.period_type,
    metrics.period_start,
    metrics.period_end,
    metrics.value,
    metrics.numerator,
    metrics.denominator,
    metrics.unit,
    case
        when metrics.value is not null then cast(null as {{ dbt.type_string() }})
        when metrics.denominator = 0 then 'zero_denominator'
        else coalesce(metrics.null_reason, 'no_source')
    end as null_reason,
    before.value as previous_value,
    metrics.is_partial
from metrics
left join metrics as before
    on
        metrics.brand_id = before.brand_id
        and metrics.metric_id = before.metric_id
        and metrics.period_type = before.period_type
        and metrics.period_start = {{ add_days('before.period_end', 1) }}
        and not before.is_partial
