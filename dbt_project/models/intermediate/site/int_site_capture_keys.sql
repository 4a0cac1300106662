{{ config(materialized='view') }}

-- Which days of which property there are, without their figures: cheap to count, so that the incremental model can ask
-- which months changed.
with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

traffic as (

    select * from {{ ref('stg_ga4__traffic') }}

)

select
    traffic.account_id,
    traffic.date,
    {{ period_start('month', 'traffic.date') }} as captured_month,
    max(traffic.captured_at) as captured_at
from traffic
inner join latest_captures
    on
        traffic.account_id = latest_captures.account_id
        and traffic.date = latest_captures.window_date
        and traffic.landing_file = latest_captures.landing_file
group by
    traffic.account_id,
    traffic.date
