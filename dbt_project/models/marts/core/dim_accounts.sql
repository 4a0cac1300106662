with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

follower_days as (

    select * from {{ ref('int_follower_days') }}

),

latest_levels as (

    select
        *,
        row_number() over (
            partition by account_id
            order by date desc
        ) as recency
    from follower_days
    where followers is not null

)

select
    accounts.account_id,
    accounts.brand_id,
    accounts.brand_name,
    accounts.source,
    accounts.platform,
    accounts.native_account_id,
    accounts.handle,
    accounts.brand_zone,
    accounts.currency,
    latest_levels.followers,
    latest_levels.date as followers_date
from accounts
left join latest_levels
    on
        accounts.account_id = latest_levels.account_id
        and latest_levels.recency = 1
