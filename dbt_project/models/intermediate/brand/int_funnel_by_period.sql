with

calendar_days as (

    select * from {{ ref('int_calendar_days') }}

),

stages as (

    select * from {{ ref('int_brand_funnel_stages') }}

),

brand_metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}

),

periods as (

    {% for period_type, start in [('day', 'date'), ('week', 'week_start'), ('month', 'month_start')] %}
    select
        '{{ period_type }}' as period_type,
        {{ start }} as period_start
    from calendar_days
    group by {{ start }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- every stage has its row, whether or not anything measures it
measured as (

    select
        stages.brand_id,
        periods.period_type,
        periods.period_start,
        brand_metrics.period_end,
        stages.stage_order,
        stages.stage,
        stages.label_en,
        stages.label_ja,
        stages.metric_id,
        stages.version as stage_version,
        brand_metrics.unit,
        brand_metrics.value,
        case
            when brand_metrics.metric_id is null then 'no_source'
            else brand_metrics.null_reason
        end as null_reason,
        case
            when periods.period_type = 'day' then stages.target_daily
            when periods.period_type = 'week' then stages.target_weekly
            else stages.target_monthly
        end as target,
        brand_metrics.is_partial,
        brand_metrics.is_settled,
        brand_metrics.days_known
    from stages
    cross join periods
    left join brand_metrics
        on
            stages.brand_id = brand_metrics.brand_id
            and stages.metric_id = brand_metrics.metric_id
            and periods.period_type = brand_metrics.period_type
            and periods.period_start = brand_metrics.period_start

),

lagged as (

    select
        *,
        lag(value) over (
            partition by brand_id, period_type, period_start
            order by stage_order
        ) as previous_value
    from measured

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
    {{ ratio('value', 'previous_value') }} as conversion_rate,
    cast(target as double) as target,
    {{ ratio('value', 'target') }} as attainment,
    is_partial,
    is_settled,
    coalesce(days_known, 0) as days_known
from lagged
