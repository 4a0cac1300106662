with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

period_reach as (

    select * from {{ ref('stg_instagram__period_reach') }}

),

instagram_accounts as (

    select
        *,
        count(*) over (partition by brand_id) as account_count
    from accounts
    where source = 'instagram'

)

select
    instagram_accounts.brand_id,
    period_reach.metric as metric_id,
    period_reach.period_type,
    period_reach.period_start,
    cast(max(period_reach.value) as decimal(28, 6)) as value
from period_reach
inner join latest_captures
    on
        period_reach.account_id = latest_captures.account_id
        and period_reach.window_date = latest_captures.window_date
        and period_reach.landing_file = latest_captures.landing_file
inner join instagram_accounts
    on
        period_reach.account_id = instagram_accounts.account_id
        and instagram_accounts.account_count = 1
group by
    instagram_accounts.brand_id,
    period_reach.metric,
    period_reach.period_type,
    period_reach.period_start
