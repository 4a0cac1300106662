with

brand_metrics_daily as (

    select * from {{ ref('int_brand_metrics_daily') }}

),

distinct_periods as (

    select * from {{ ref('int_brand_distinct_periods') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

dated as (

    {% for period_type in ['day', 'week', 'month', 'quarter'] %}
    select
        brand_id,
        metric_id,
        kind,
        unit,
        '{{ period_type }}' as period_type,
        {{ period_start(period_type, 'date') }} as period_start,
        date,
        value,
        null_reason,
        is_settled
    from brand_metrics_daily
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

ranked as (

    select
        *,
        row_number() over (
            partition by brand_id, metric_id, period_type, period_start
            order by
                case when value is null then 1 else 0 end,
                date desc
        ) as level_order
    from dated

),

periods as (

    select
        brand_id,
        metric_id,
        kind,
        unit,
        period_type,
        period_start,
        cast(count(value) as bigint) as days_known,
        cast(sum(value) as decimal(28, 6)) as value_summed,
        max(case when level_order = 1 then value end) as value_last,
        max(case when level_order = 1 then null_reason end) as null_reason,
        cast(min(case when is_settled then 1 else 0 end) as bigint) = 1 as is_settled
    from ranked
    group by
        brand_id,
        metric_id,
        kind,
        unit,
        period_type,
        period_start

),

bounded as (

    select
        periods.*,
        case
            {% for period_type in ['day', 'week', 'month', 'quarter'] %}
            when periods.period_type = '{{ period_type }}' then {{ period_end(period_type, 'periods.period_start') }}
            {% endfor %}
        end as period_end
    from periods

),

valued as (

    select
        bounded.*,
        bounded.period_start < reporting_window.first_date as begins_before_capture,
        bounded.period_start < reporting_window.first_date
        or bounded.period_end > reporting_window.last_date as is_partial,
        case
            when bounded.kind = 'level' or bounded.period_type = 'day' then bounded.value_last
            -- the source's people are those of the whole period: beside sums of some of its days they make no rate
            when bounded.kind = 'distinct'
                then case when bounded.period_start >= reporting_window.first_date then distinct_periods.value end
            else bounded.value_summed
        end as value
    from bounded
    cross join reporting_window
    left join distinct_periods
        on
            bounded.brand_id = distinct_periods.brand_id
            and bounded.metric_id = distinct_periods.metric_id
            and bounded.period_type = distinct_periods.period_type
            and bounded.period_start = distinct_periods.period_start

)

select
    brand_id,
    metric_id,
    period_type,
    period_start,
    period_end,
    unit,
    value,
    case
        when value is not null then cast(null as {{ dbt.type_string() }})
        when null_reason is not null then null_reason
        when begins_before_capture then 'no_source'
        -- every day has its own count of people, and the source gave none for the whole
        when is_partial and period_type in ('week', 'month') then 'pending_settlement'
        else 'not_offered'
    end as null_reason,
    is_partial,
    is_settled,
    days_known
from valued
