with

metric_days as (

    select * from {{ ref('int_source_metric_days') }}

),

metrics as (

    select * from {{ ref('int_metrics_current') }}

),

rules as (

    {{ rules_in_force('performance_rules') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

-- a level goes on from where it was: what is unusual is its change, which is a metric of its own
counted as (

    select
        metric_days.account_id,
        metric_days.brand_id,
        metric_days.metric_id,
        metric_days.date,
        {{ iso_weekday('metric_days.date') }} as weekday,
        cast(metric_days.value as double) as value,
        metric_days.null_reason,
        metric_days.is_settled
    from metric_days
    inner join metrics
        on metric_days.metric_id = metrics.metric_id
    cross join reporting_window
    cross join rules
    where
        metrics.kind in ('count', 'distinct')
        and metric_days.date
        > {{ add_days('reporting_window.last_date', '-rules.anomaly_days - 7 * rules.anomaly_weeks') }}

),

judged as (

    select
        counted.*,
        rules.anomaly_weeks
    from counted
    cross join reporting_window
    cross join rules
    where counted.date > {{ add_days('reporting_window.last_date', '-rules.anomaly_days') }}

),

-- every account and metric against itself alone, the same weekday of the weeks before
compared as (

    select
        judged.account_id,
        judged.metric_id,
        judged.date,
        earlier.value,
        median(earlier.value) over (
            partition by judged.account_id, judged.metric_id, judged.date
        ) as value_median
    from judged
    inner join counted as earlier
        on
            judged.account_id = earlier.account_id
            and judged.metric_id = earlier.metric_id
            and judged.weekday = earlier.weekday
            and judged.date > earlier.date
            and earlier.date >= {{ add_days('judged.date', '-7 * judged.anomaly_weeks') }}
    where earlier.value is not null and earlier.is_settled

),

usual as (

    select
        account_id,
        metric_id,
        date,
        count(*) as week_n,
        max(value_median) as value_median,
        median(abs(value - value_median)) as value_mad
    from compared
    group by account_id, metric_id, date

),

ranged as (

    select
        judged.*,
        cast(coalesce(usual.week_n, 0) as bigint) as week_n,
        case when usual.week_n >= rules.anomaly_weeks_least then usual.value_median end as value_median,
        case
            when usual.week_n >= rules.anomaly_weeks_least
                then greatest(
                    1.4826 * usual.value_mad,
                    rules.anomaly_spread_least * abs(usual.value_median),
                    -- what is counted varies by its root by chance alone
                    sqrt(abs(usual.value_median)),
                    1
                )
        end as spread,
        rules.deviations_most
    from judged
    cross join rules
    left join usual
        on
            judged.account_id = usual.account_id
            and judged.metric_id = usual.metric_id
            and judged.date = usual.date

)

select
    account_id,
    metric_id,
    date,
    brand_id,
    value,
    null_reason,
    is_settled,
    week_n,
    value_median,
    value_median - deviations_most * spread as value_low,
    value_median + deviations_most * spread as value_high,
    (value - value_median) / spread as z,
    case
        when value is null then 'unknown'
        when not is_settled then 'pending'
        when spread is null then 'too_few_weeks'
        when value > value_median + deviations_most * spread then 'high'
        when value < value_median - deviations_most * spread then 'low'
        else 'usual'
    end as verdict
from ranged
