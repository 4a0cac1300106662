with

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

feed_days as (

    select * from {{ ref('int_score_feed_days') }}

),

-- events of the running day count as they come; a date that has not come yet is a fault of its file
days_known as (

    select
        reporting_window.last_date as last_full_date,
        greatest(
            reporting_window.last_date,
            coalesce((select max(feed_days.event_date) as newest from feed_days), reporting_window.last_date)
        ) as last_date,
        coalesce((select min(feed_days.event_date) as oldest from feed_days), reporting_window.last_date) as first_date
    from reporting_window
    where reporting_window.last_date is not null

),

numbers as (

    {{ whole_numbers() }}

),

months as (

    -- ten years back, more than any source keeps, as far as there are events
    select
        days_known.last_full_date,
        days_known.last_date,
        cast({{ dbt.dateadd('month', '-numbers.n', period_start('month', 'days_known.last_date')) }} as date)
            as month_start
    from days_known
    cross join numbers
    where
        numbers.n < 120
        and {{ dbt.dateadd('month', '1 - numbers.n', period_start('month', 'days_known.last_date')) }}
        > days_known.first_date

),

periods as (

    select
        'month' as period_type,
        month_start as period_start,
        {{ period_end('month', 'month_start') }} as period_end,
        last_full_date,
        last_date
    from months

    union all

    select
        'quarter' as period_type,
        month_start as period_start,
        {{ period_end('quarter', 'month_start') }} as period_end,
        last_full_date,
        last_date
    from months
    where month_start = {{ period_start('quarter', 'month_start') }}

),

bounded as (

    select
        period_type,
        period_start,
        period_end,
        least(period_end, last_date) as scored_until,
        least(period_end, last_full_date) as full_until,
        period_end > last_full_date as is_partial
    from periods

),

-- all that a period can be scored by: the events up to its end, and the rules
fed as (

    select
        bounded.period_type,
        bounded.period_start,
        sum(feed_days.event_count) as event_count,
        sum(feed_days.sum_occurred_s) as sum_occurred_s,
        sum(feed_days.sum_quantity) as sum_quantity,
        sum(feed_days.sum_names) as sum_names
    from bounded
    left join feed_days on bounded.scored_until >= feed_days.event_date
    group by bounded.period_type, bounded.period_start

)

select
    bounded.period_type,
    bounded.period_start,
    bounded.period_end,
    bounded.scored_until,
    bounded.full_until,
    bounded.is_partial,
    md5(
        concat_ws(
            ' ',
            '{{ score_rules_checksum() }}',
            {% for part in ['bounded.scored_until', 'bounded.full_until', 'fed.event_count', 'fed.sum_occurred_s',
                            'fed.sum_quantity', 'fed.sum_names'] -%}
            coalesce(cast({{ part }} as {{ dbt.type_string() }}), ''){{ ',' if not loop.last }}
            {% endfor -%}
        )
    ) as inputs_hash
from bounded
inner join fed
    on
        bounded.period_type = fed.period_type
        and bounded.period_start = fed.period_start
