with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

account_insights as (

    select * from {{ ref('stg_instagram__account_insights') }}

),

kinds as (

    select
        account_insights.account_id,
        account_insights.insight_date as date,
        account_insights.dimension_value as kind,
        max(account_insights.value) as views
    from account_insights
    inner join latest_captures
        on
            account_insights.account_id = latest_captures.account_id
            and account_insights.insight_date = latest_captures.window_date
            and account_insights.landing_file = latest_captures.landing_file
    where account_insights.metric = 'views' and account_insights.dimension = 'media_product_type'
    group by
        account_insights.account_id,
        account_insights.insight_date,
        account_insights.dimension_value

),

-- Instagram calls the same kinds otherwise for accounts than for posts; what is new to us keeps its name
named as (

    select
        account_id,
        date,
        case
            when kind in ('post', 'carousel_container') then 'feed'
            when kind = 'reel' then 'reels'
            else kind
        end as surface,
        views
    from kinds

)

select
    account_id,
    date,
    surface,
    cast(sum(views) as bigint) as exposure
from named
group by account_id, date, surface
