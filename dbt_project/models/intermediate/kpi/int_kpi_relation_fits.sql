with

asked as (

    select * from {{ ref('int_kpi_relation_pairs') }}

),

pairs as (

    -- each metric with itself too: how much its steps hang together says how much a sample of them is worth
    select
        brand_id,
        metric_id,
        related_metric_id
    from asked
    union
    select
        brand_id,
        metric_id,
        metric_id as related_metric_id
    from asked
    union
    select
        brand_id,
        related_metric_id as metric_id,
        related_metric_id
    from asked

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

days as (

    -- ten months at most: what is older says nothing of the edge as it is
    select
        metrics.brand_id,
        metrics.metric_id,
        metrics.period_start as date,
        metrics.value,
        lag(metrics.value) over (
            partition by metrics.brand_id, metrics.metric_id
            order by metrics.period_start
        ) as value_before,
        {{ iso_weekday('metrics.period_start') }} as weekday
    from {{ ref('int_brand_metrics_by_period') }} as metrics
    cross join reporting_window
    where
        metrics.period_type = 'day'
        and metrics.period_start > {{ add_days('reporting_window.last_date', -310) }}

),

changes as (

    -- two series that only wander agree in level and not in their steps
    select
        brand_id,
        metric_id,
        date,
        weekday,
        value,
        value - value_before as step,
        case when value > 0 and value_before > 0 then ln(value) - ln(value_before) end as log_step
    from days

),

unseasoned as (

    -- what every Monday does is the calendar's doing
    select
        *,
        step - avg(step) over (partition by brand_id, metric_id, weekday) as lin,
        log_step - avg(log_step) over (partition by brand_id, metric_id, weekday) as log
    from changes

),

steps as (

    select
        *,
        case
            when lin is not null
                then cast(rank() over (partition by brand_id, metric_id order by lin) as double)
        end as rnk
    from unseasoned

),

assessments as (

    -- at the end of each of the last six months, and as it stands now
    select
        least({{ period_end('month', period_start('month', 'calendar_days.date')) }}, reporting_window.last_date)
            as assessed_on,
        max(reporting_window.first_date) as first_date
    from {{ ref('int_calendar_days') }} as calendar_days
    cross join reporting_window
    where calendar_days.date > {{ add_days('reporting_window.last_date', -160) }}
    group by least({{ period_end('month', period_start('month', 'calendar_days.date')) }}, reporting_window.last_date)

),

spans as (

    -- of the 150 days before, or all there are, the last two fifths are kept apart to judge by
    select
        assessed_on,
        least(150, {{ days_between('first_date', 'assessed_on') }} + 1) as span_days
    from assessments

),

lags as (

    {% for lag in range(kpi_longest_lag() + 1) %}
    select cast({{ lag }} as bigint) as lag_days
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

lagged as (

    select
        pairs.brand_id,
        pairs.metric_id,
        pairs.related_metric_id,
        lags.lag_days,
        y.date,
        x.value as x_value,
        y.value as y_value,
        x.lin as lin_x,
        y.lin as lin_y,
        x.log as log_x,
        y.log as log_y,
        x.rnk as rnk_x,
        y.rnk as rnk_y
    from pairs
    cross join lags
    inner join steps as y
        on
            pairs.brand_id = y.brand_id
            and pairs.related_metric_id = y.metric_id
    inner join steps as x
        on
            pairs.brand_id = x.brand_id
            and pairs.metric_id = x.metric_id
            and x.date = {{ add_days('y.date', '-lags.lag_days') }}

)

select
    lagged.brand_id,
    lagged.metric_id,
    lagged.related_metric_id,
    spans.assessed_on,
    lagged.lag_days,
    avg(lagged.x_value) as x_mean,
    avg(lagged.y_value) as y_mean,
    {% for scale in ['lin', 'log'] %}
    {% for part, condition in [
        ('all', 'true'),
        ('reference', days_between('lagged.date', 'spans.assessed_on') ~ ' >= 0.4 * spans.span_days'),
        ('recent', days_between('lagged.date', 'spans.assessed_on') ~ ' < 0.4 * spans.span_days')
    ] %}
    {{ fit_moments('lagged.' ~ scale ~ '_x', 'lagged.' ~ scale ~ '_y', scale ~ '_' ~ part, condition) }},
    {% endfor %}
    {% endfor %}
    {{ fit_moments('lagged.rnk_x', 'lagged.rnk_y', 'rnk_all') }}
from lagged
inner join spans
    on
        lagged.date <= spans.assessed_on
        and lagged.date > {{ add_days('spans.assessed_on', '-spans.span_days') }}
group by lagged.brand_id, lagged.metric_id, lagged.related_metric_id, spans.assessed_on, lagged.lag_days
