with

windows as (

    select * from {{ ref('int_period_windows') }}

),

metric_days as (

    select * from {{ ref('int_source_metric_days') }}

),

metrics as (

    select * from {{ ref('int_metrics_current') }}

),

distinct_periods as (

    select * from {{ ref('int_account_distinct_periods') }}

),

placed as (

    select
        metric_days.account_id,
        metric_days.brand_id,
        metric_days.metric_id,
        metrics.kind,
        windows.period_type,
        windows.period_start,
        windows.period_end,
        windows.previous_start,
        windows.days,
        windows.is_partial,
        windows.is_current,
        metric_days.value,
        metric_days.null_reason,
        row_number() over (
            partition by
                metric_days.account_id,
                metric_days.metric_id,
                windows.period_type,
                windows.period_start,
                windows.is_current
            order by
                case when metric_days.value is null then 1 else 0 end,
                metric_days.date desc
        ) as newness
    from metric_days
    inner join windows
        on metric_days.date = windows.date
    inner join metrics
        on metric_days.metric_id = metrics.metric_id

),

windowed as (

    select
        account_id,
        brand_id,
        metric_id,
        kind,
        period_type,
        period_start,
        period_end,
        previous_start,
        days,
        is_partial,
        {% for prefix, side in [('', 'is_current'), ('previous_', 'not is_current')] %}
        cast(count(case when {{ side }} then value end) as bigint) as {{ prefix }}days_known,
        cast(sum(case when {{ side }} then value end) as decimal(28, 6)) as {{ prefix }}summed,
        max(case when {{ side }} and newness = 1 then value end) as {{ prefix }}last,
        {% endfor %}
        max(case when is_current and newness = 1 then null_reason end) as null_reason,
        max(case when is_current then null_reason end) as missing_reason
    from placed
    group by
        account_id,
        brand_id,
        metric_id,
        kind,
        period_type,
        period_start,
        period_end,
        previous_start,
        days,
        is_partial

)

select
    windowed.account_id,
    windowed.brand_id,
    windowed.metric_id,
    windowed.kind,
    windowed.period_type,
    windowed.period_start,
    windowed.period_end,
    windowed.previous_start,
    windowed.days,
    windowed.is_partial,
    windowed.days_known,
    windowed.previous_days_known,
    windowed.null_reason,
    windowed.missing_reason,
    -- people are what the source counted for exactly this window
    cast(
        case windowed.kind
            when 'distinct' then current_people.value
            when 'level' then windowed.last
            else windowed.summed
        end as double
    ) as value,
    cast(
        case windowed.kind
            when 'distinct' then previous_people.value
            when 'level' then windowed.previous_last
            else windowed.previous_summed
        end as double
    ) as previous_value
from windowed
{% for join, start, end in [
    ('current_people', 'windowed.period_start', 'windowed.period_end'),
    ('previous_people', 'windowed.previous_start', add_days('windowed.period_start', -1))
] %}
left join distinct_periods as {{ join }}
    on
        windowed.account_id = {{ join }}.account_id
        and windowed.metric_id = {{ join }}.metric_id
        and {{ start }} = {{ join }}.period_start
        and {{ end }} = {{ join }}.period_end
{% endfor %}
