with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

period_reach as (

    select * from {{ ref('stg_instagram__period_reach') }}

)

select
    period_reach.account_id,
    period_reach.metric as metric_id,
    period_reach.period_type,
    period_reach.period_start,
    max(period_reach.period_end) as period_end,
    cast(max(period_reach.value) as decimal(28, 6)) as value
from period_reach
inner join latest_captures
    on
        period_reach.account_id = latest_captures.account_id
        and period_reach.window_date = latest_captures.window_date
        and period_reach.landing_file = latest_captures.landing_file
group by
    period_reach.account_id,
    period_reach.metric,
    period_reach.period_type,
    period_reach.period_start
