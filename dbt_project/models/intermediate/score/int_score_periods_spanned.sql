with

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

numbers as (

    {{ whole_numbers() }}

),

months as (

    -- ten years back: more than any source keeps
    select
        reporting_window.last_date,
        cast({{ dbt.dateadd('month', '-numbers.n', period_start('month', 'reporting_window.last_date')) }} as date)
            as month_start
    from reporting_window
    cross join numbers
    where numbers.n < 120 and reporting_window.last_date is not null

),

periods as (

    select
        'month' as period_type,
        month_start as period_start,
        {{ period_end('month', 'month_start') }} as period_end,
        last_date
    from months

    union all

    select
        'quarter' as period_type,
        month_start as period_start,
        {{ period_end('quarter', 'month_start') }} as period_end,
        last_date
    from months
    where month_start = {{ period_start('quarter', 'month_start') }}

)

select
    period_type,
    period_start,
    period_end,
    least(period_end, last_date) as scored_until,
    period_end > last_date as is_partial
from periods
