with

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

whole_numbers as (

    {{ whole_numbers() }}

),

days as (

    select {{ add_days('reporting_window.first_date', 'whole_numbers.n') }} as date
    from reporting_window
    cross join whole_numbers
    where whole_numbers.n <= {{ days_between('reporting_window.first_date', 'reporting_window.last_date') }}

)

select
    date,
    {{ period_start('week', 'date') }} as week_start,
    {{ period_start('month', 'date') }} as month_start,
    {{ period_start('quarter', 'date') }} as quarter_start
from days
