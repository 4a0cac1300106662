with

steps_rated as (

    select * from {{ ref('int_kpi_backcast_rated') }}

),

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}

),

targets as (

    select * from {{ ref('int_kpi_targets_spread') }}

),

recent as (

    -- the newest whole period of a brand, or the running one while there is no whole one
    select
        brand_id,
        period_type,
        period_start,
        row_number() over (
            partition by brand_id, period_type
            order by max(case when is_partial then 1 else 0 end), period_start desc
        ) as recency
    from metrics
    group by brand_id, period_type, period_start

),

step_1 as (

    select
        steps_rated.*,
        recent.period_start,
        targets.target as required,
        targets.target as required_low,
        targets.target as required_high
    from steps_rated
    inner join recent
        on
            steps_rated.brand_id = recent.brand_id
            and steps_rated.period_type = recent.period_type
            and recent.recency = 1
    left join targets
        on
            steps_rated.brand_id = targets.brand_id
            and steps_rated.kgi_id = targets.kgi_id
            and steps_rated.metric_id = targets.metric_id
            and steps_rated.period_type = targets.period_type
            and recent.period_start = targets.period_start
    where steps_rated.step_order = 1

),

{% for step in range(2, kpi_tree_levels() + 1) %}
step_{{ step }} as (

    select
        steps_rated.*,
        before.period_start,
        before.required / nullif(steps_rated.rate, 0) as required,
        before.required_low / nullif(steps_rated.rate_high, 0) as required_low,
        before.required_high / nullif(steps_rated.rate_low, 0) as required_high
    from steps_rated
    inner join step_{{ step - 1 }} as before
        on
            steps_rated.brand_id = before.brand_id
            and steps_rated.kgi_id = before.kgi_id
    where steps_rated.step_order = {{ step }}

),

{% endfor %}
steps as (

    {% for step in range(1, kpi_tree_levels() + 1) %}
    select * from step_{{ step }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    steps.brand_id || '.' || steps.kgi_id as kgi_id,
    steps.step_order,
    steps.brand_id,
    steps.metric_id as step,
    steps.kind,
    steps.rate,
    steps.rate_source,
    steps.rate_low,
    steps.rate_high,
    steps.required,
    steps.required_low,
    steps.required_high,
    metrics.value as have,
    {{ ratio('metrics.value', 'steps.required') }} as attainment,
    case
        when metrics.value is null
            then coalesce(
                metrics.null_reason, case when metrics.denominator = 0 then 'zero_denominator' else 'no_source' end
            )
    end as null_reason,
    steps.period_type,
    steps.period_start,
    coalesce(metrics.is_partial, false) as is_partial
from steps
left join metrics
    on
        steps.brand_id = metrics.brand_id
        and steps.metric_id = metrics.metric_id
        and steps.period_type = metrics.period_type
        and steps.period_start = metrics.period_start
