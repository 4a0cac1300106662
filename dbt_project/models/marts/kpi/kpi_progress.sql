{# Standard deviations from the middle to the tenth of a normal distribution. #}
{% set z = 1.2816 %}
with

targets as (

    select * from {{ ref('int_kpi_targets_spread') }}
    where period_type <> 'day'

),

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}

),

kgis as (

    select * from {{ ref('kgis') }}

),

metrics_current as (

    select * from {{ ref('int_metrics_current') }}

),

history as (

    select * from {{ ref('int_kpi_history') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

goals as (

    select
        kgi_id,
        metric_id,
        max(case when is_proxy then 1 else 0 end) = 1 as is_proxy
    from kgis
    group by kgi_id, metric_id

),

aimed as (

    select
        targets.*,
        metrics_current.kind,
        periods.period_end,
        periods.unit,
        periods.value as period_value,
        periods.null_reason as period_null_reason,
        {{ days_between('targets.period_start', 'periods.period_end') }} + 1 as period_days
    from targets
    cross join reporting_window
    inner join metrics as periods
        on
            targets.brand_id = periods.brand_id
            and targets.metric_id = periods.metric_id
            and targets.period_type = periods.period_type
            and targets.period_start = periods.period_start
    inner join metrics_current on targets.metric_id = metrics_current.metric_id
    where periods.period_end > {{ add_days('reporting_window.last_date', -92) }}

),

days as (

    select
        metrics.brand_id,
        metrics.metric_id,
        metrics.period_start as date,
        metrics.value,
        metrics.numerator,
        metrics.denominator,
        metrics.null_reason,
        avg(metrics.value) over four_weeks as day_mean,
        stddev_samp(metrics.value) over four_weeks as day_sd,
        count(metrics.value) over four_weeks as day_n
    from metrics
    cross join reporting_window
    where
        metrics.period_type = 'day'
        -- a quarter that ended 92 days ago, and the four weeks before it
        and metrics.period_start > {{ add_days('reporting_window.last_date', -212) }}
    window four_weeks as (
        partition by metrics.brand_id, metrics.metric_id
        order by metrics.period_start
        rows between 27 preceding and current row
    )

),

dated as (

    select
        aimed.*,
        days.date,
        days.value as day_value,
        days.null_reason as day_null_reason,
        days.day_mean,
        -- a day that never varied still counts whole things
        greatest(coalesce(days.day_sd, 0), sqrt(greatest(days.day_mean, 0))) as day_sd,
        days.day_n,
        count(*) over to_date as days_captured,
        count(days.value) over to_date as days_known,
        sum(days.value) over to_date as value_summed,
        sum(days.numerator) over to_date as numerator_summed,
        sum(days.denominator) over to_date as denominator_summed,
        {{ days_between('days.date', 'aimed.period_end') }} as days_left
    from aimed
    inner join days
        on
            aimed.brand_id = days.brand_id
            and aimed.metric_id = days.metric_id
            and days.date between aimed.period_start and aimed.period_end
    window to_date as (
        partition by aimed.brand_id, aimed.kgi_id, aimed.metric_id, aimed.period_type, aimed.period_start
        order by days.date
        rows between unbounded preceding and current row
    )

),

measured as (

    select
        *,
        case
            when kind in ('ratio', 'share') then {{ ratio('numerator_summed', 'denominator_summed') }}
            when kind = 'level' then day_value
            -- people are those of the source's own period, which it tells once that is over
            when kind = 'distinct' then case when days_left = 0 then period_value end
            when days_known = days_captured then value_summed
        end as actual,
        case
            when kind in ('ratio', 'share', 'level') or spread = 'same' then 1
            else {{ ratio('days_captured', 'period_days') }}
        end as due_share
    from dated

),

forecast as (

    select
        *,
        case
            when kind = 'count' and days_left > 0 and day_n >= 7 then actual + days_left * day_mean
        end as forecast_p50,
        case
            when kind = 'count' and days_left > 0 and day_n >= 7
                then day_sd * sqrt(days_left * (1 + cast(days_left as double) / day_n))
        end as forecast_sd
    from measured

),

judged as (

    select
        forecast.*,
        {{ ratio('forecast.actual', 'forecast.target') }} as attainment,
        forecast.target * forecast.due_share as expected,
        {{ ratio('forecast.actual', 'forecast.target * forecast.due_share') }} as pace,
        {{ normal_cdf('(forecast.forecast_p50 - forecast.target) / nullif(forecast.forecast_sd, 0)') }}
            as hit_probability,
        {{ kpi_p_hit('forecast.target', 'history.value_mean', 'history.value_sd', 'history.period_n') }}
            as usual_hit_probability,
        history.value_mean,
        history.value_sd,
        history.value_last,
        history.period_n
    from forecast
    left join history
        on
            forecast.brand_id = history.brand_id
            and forecast.metric_id = history.metric_id
            and forecast.period_type = history.period_type

)

select
    judged.brand_id || '.' || judged.kgi_id as kgi_id,
    judged.metric_id,
    judged.period_type,
    judged.period_start,
    judged.date,
    judged.brand_id,
    judged.period_end,
    judged.kgi_version,
    goals.metric_id is not null as is_kgi,
    coalesce(goals.is_proxy, false) as is_proxy,
    judged.unit,
    judged.actual,
    case
        when judged.actual is not null then cast(null as {{ dbt.type_string() }})
        when judged.kind = 'distinct' then coalesce(judged.period_null_reason, 'pending_settlement')
        when judged.denominator_summed = 0 then 'zero_denominator'
        else coalesce(judged.day_null_reason, 'no_source')
    end as null_reason,
    judged.target,
    judged.expected,
    judged.attainment,
    judged.pace,
    judged.forecast_p50 - {{ z }} * judged.forecast_sd as forecast_p10,
    judged.forecast_p50,
    judged.forecast_p50 + {{ z }} * judged.forecast_sd as forecast_p90,
    judged.hit_probability,
    judged.usual_hit_probability,
    coalesce(judged.usual_hit_probability < {{ kpi_too_high_below() }}, false) as is_too_high,
    case
        when judged.usual_hit_probability < {{ kpi_too_high_below() }}
            then {{ kpi_next_rung('judged.target', 'judged.value_mean', 'judged.value_sd', 'judged.value_last') }}
    end as next_rung,
    case
        when judged.usual_hit_probability < {{ kpi_too_high_below() }}
            then {{ kpi_ladder_step('judged.target', 'judged.value_mean', 'judged.value_sd') }}
    end as rung_step,
    case
        when judged.attainment is null then 'unknown'
        when judged.attainment >= 1 and judged.pace >= 1 then 'met'
        when judged.days_left = 0 then 'missed'
        when judged.pace >= 1 then 'on_track'
        when judged.pace >= 0.8 then 'at_risk'
        else 'behind'
    end as status
from judged
left join goals
    on
        judged.kgi_id = goals.kgi_id
        and judged.metric_id = goals.metric_id
