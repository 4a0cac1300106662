-- Every window that is reported, day by day, each with the window of equal length that ends the day before it.
with

calendar_days as (

    select * from {{ ref('int_calendar_days') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

windows as (

    {% for length in [7, 14, 28, 30] %}
    select
        'last_{{ length }}_days' as period_type,
        {{ add_days('last_date', 1 - length) }} as period_start,
        last_date as period_end
    from reporting_window

    union all
    {% endfor %}

    {% for period_type in ['week', 'month'] %}
    select
        '{{ period_type }}' as period_type,
        {{ period_type }}_start as period_start,
        {{ period_end(period_type, period_type ~ '_start') }} as period_end
    from calendar_days
    group by {{ period_type }}_start
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

measured as (

    select
        *,
        {{ days_between('period_start', 'period_end') }} + 1 as days
    from windows

)

select
    measured.period_type,
    measured.period_start,
    measured.period_end,
    measured.days,
    {{ add_days('measured.period_start', '-measured.days') }} as previous_start,
    measured.period_end > reporting_window.last_date
    or measured.period_start < reporting_window.first_date as is_partial,
    calendar_days.date,
    calendar_days.date >= measured.period_start as is_current
from measured
cross join reporting_window
inner join calendar_days
    on calendar_days.date between {{ add_days('measured.period_start', '-measured.days') }} and measured.period_end
