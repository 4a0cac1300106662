{% set z = 1.96 %}
with

actions as (

    select * from {{ ref('kpi_actions_taken') }}

),

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}
    where period_type = 'day'

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

compared as (

    select
        actions.action_id,
        cast(count(case when metrics.period_start >= actions.started_on then metrics.value end) as bigint) as after_n,
        cast(count(case when metrics.period_start < actions.started_on then metrics.value end) as bigint) as before_n,
        avg(case when metrics.period_start >= actions.started_on then metrics.value end) as mean_after,
        avg(case when metrics.period_start < actions.started_on then metrics.value end) as mean_before,
        stddev_samp(case when metrics.period_start >= actions.started_on then metrics.value end) as sd_after,
        stddev_samp(case when metrics.period_start < actions.started_on then metrics.value end) as sd_before
    from actions
    inner join metrics
        on
            actions.brand_id = metrics.brand_id
            and actions.metric_id = metrics.metric_id
            and metrics.period_start >= {{ add_days('actions.started_on', '-actions.window_days') }}
            and metrics.period_start < {{ add_days('actions.started_on', 'actions.window_days') }}
    group by actions.action_id

),

measured as (

    select
        actions.*,
        {{ add_days('actions.started_on', 'actions.window_days - 1') }} as window_end,
        reporting_window.last_date,
        compared.after_n,
        compared.before_n,
        compared.mean_before,
        compared.mean_after,
        compared.mean_after - compared.mean_before as effect,
        {{ z }} * sqrt(
            compared.sd_after * compared.sd_after / compared.after_n
            + compared.sd_before * compared.sd_before / compared.before_n
        ) as effect_error
    from actions
    cross join reporting_window
    left join compared on actions.action_id = compared.action_id

)

select
    action_id,
    brand_id,
    metric_id,
    hint_id,
    description,
    started_on,
    window_end,
    coalesce(before_n, 0) as before_n,
    coalesce(after_n, 0) as after_n,
    mean_before,
    mean_after,
    case when window_end <= last_date then effect end as effect,
    case when window_end <= last_date then effect - effect_error end as effect_low,
    case when window_end <= last_date then effect + effect_error end as effect_high,
    case
        when window_end > last_date then 'running'
        when effect is null then 'no_result'
        when effect - effect_error > 0 then 'rose'
        when effect + effect_error < 0 then 'fell'
        else 'no_change_shown'
    end as state
from measured
