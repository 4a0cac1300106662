with

conversions as (

    select * from {{ ref('int_conversions') }}

),

posts as (

    select * from {{ ref('dim_posts') }}

)

select
    conversions.conversion_id,
    conversions.account_id,
    conversions.brand_id,
    conversions.conversion_type,
    conversions.occurred_at,
    conversions.conversion_date,
    conversions.brand_zone as day_zone,
    conversions.contact_id,
    conversions.person_key,
    conversions.deal_id,
    conversions.amount,
    conversions.currency,
    conversions.brand_amount,
    conversions.platform,
    posts.post_id,
    conversions.landing_page,
    conversions.utm_source,
    conversions.utm_medium,
    conversions.utm_campaign,
    conversions.utm_content
from conversions
left join posts
    on conversions.platform || ':' || conversions.utm_content = posts.post_id
