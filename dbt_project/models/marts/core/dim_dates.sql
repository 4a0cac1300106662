with

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

posts as (

    select * from {{ ref('dim_posts') }}

),

conversions as (

    select * from {{ ref('fct_conversions') }}

),

entity_events as (

    select * from {{ ref('fct_entity_events') }}

),

whole_numbers as (

    {{ whole_numbers() }}

),

-- every day that a fact may name, up to the end of the quarter that is running
named_days as (

    select first_date as date from reporting_window
    union all
    select min(published_date) as date from posts
    union all
    select min(conversion_date) as date from conversions
    union all
    select min(event_date) as date from entity_events

),

bounds as (

    select
        {{ period_end('quarter', period_start('quarter', 'reporting_window.last_date')) }} as until_date,
        {{ period_start('quarter', 'min(named_days.date)') }} as from_date
    from named_days
    cross join reporting_window
    group by reporting_window.last_date

),

days as (

    select {{ add_days('bounds.until_date', '-whole_numbers.n') }} as date
    from bounds
    cross join whole_numbers
    where whole_numbers.n <= {{ days_between('bounds.from_date', 'bounds.until_date') }}

)

select
    days.date,
    {{ period_start('week', 'days.date') }} as week_start,
    {{ period_start('month', 'days.date') }} as month_start,
    {{ period_start('quarter', 'days.date') }} as quarter_start,
    cast(extract(year from days.date) as bigint) as year,
    {{ iso_weekday('days.date') }} as weekday,
    {{ iso_weekday('days.date') }} >= 6 as is_weekend,
    days.date between reporting_window.first_date and reporting_window.last_date as is_captured
from days
cross join reporting_window
