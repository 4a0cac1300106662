with

account_days as (

    select * from {{ ref('int_account_days') }}

)

select
    account_id,
    date,
    brand_id,
    platform,
    day_zone,
    captured_at,
    is_captured,
    is_settled,
    followers,
    followers_net,
    followers_gained,
    followers_lost,
    following,
    posts_published,
    reach,
    reach_followers,
    reach_non_followers,
    views,
    views_followers,
    views_non_followers,
    impressions,
    engagements,
    accounts_engaged,
    likes,
    comments,
    saves,
    shares,
    reposts,
    quotes,
    advocacy_reposts,
    profile_visits,
    link_clicks
from account_days
