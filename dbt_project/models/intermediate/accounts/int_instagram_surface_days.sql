with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

account_insights as (

    select * from {{ ref('stg_instagram__account_insights') }}

)

select
    account_insights.account_id,
    account_insights.insight_date as date,
    account_insights.dimension_value as surface,
    cast(max(account_insights.value) as bigint) as exposure
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
