with

account_days as (

    select * from {{ ref('fct_account_daily') }}

)

select
    brand_id,
    platform,
    date,
    cast(count(*) as bigint) as accounts,
    cast(sum(case when is_captured then 1 else 0 end) as bigint) as accounts_captured,
    cast(sum(case when is_captured then 1 else 0 end) as double) / nullif(cast(count(*) as double), 0) as completeness,
    cast(sum(followers) as bigint) as followers,
    cast(sum(engagements) as bigint) as engagements,
    cast(sum(views) as bigint) as views,
    cast(sum(impressions) as bigint) as impressions,
    cast(sum(likes) as bigint) as likes,
    cast(sum(comments) as bigint) as comments
from account_days
group by brand_id, platform, date
