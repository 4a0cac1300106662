with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

calendar_days as (

    select * from {{ ref('int_calendar_days') }}

),

follower_days as (

    select * from {{ ref('int_follower_days') }}

),

instagram_days as (

    select * from {{ ref('int_instagram_account_days') }}

),

x_days as (

    select * from {{ ref('int_x_account_days') }}

),

measured as (

    select
        account_id,
        date,
        captured_at,
        is_settled,
        reach,
        views,
        cast(null as bigint) as impressions,
        engagements,
        accounts_engaged,
        likes,
        comments,
        saves,
        shares,
        reposts,
        cast(null as bigint) as quotes,
        profile_visits,
        link_clicks,
        followers_gained,
        followers_lost,
        reach_followers,
        reach_non_followers,
        views_followers,
        views_non_followers
    from instagram_days

    union all

    select
        account_id,
        date,
        captured_at,
        cast(true as boolean) as is_settled,
        cast(null as bigint) as reach,
        cast(null as bigint) as views,
        impressions,
        engagements,
        cast(null as bigint) as accounts_engaged,
        likes,
        comments,
        saves,
        cast(null as bigint) as shares,
        reposts,
        quotes,
        profile_visits,
        link_clicks,
        cast(null as bigint) as followers_gained,
        cast(null as bigint) as followers_lost,
        cast(null as bigint) as reach_followers,
        cast(null as bigint) as reach_non_followers,
        cast(null as bigint) as views_followers,
        cast(null as bigint) as views_non_followers
    from x_days

)

select
    accounts.account_id,
    accounts.brand_id,
    accounts.platform,
    calendar_days.date,
    case when accounts.platform = 'instagram' then 'America/Los_Angeles' else 'UTC' end as day_zone,
    measured.captured_at,
    measured.captured_at is not null as is_captured,
    coalesce(measured.is_settled, false) as is_settled,
    follower_days.followers,
    follower_days.followers_net,
    follower_days.following,
    follower_days.posts_published,
    measured.followers_gained,
    measured.followers_lost,
    measured.reach,
    measured.reach_followers,
    measured.reach_non_followers,
    measured.views,
    measured.views_followers,
    measured.views_non_followers,
    measured.impressions,
    measured.engagements,
    measured.accounts_engaged,
    measured.likes,
    measured.comments,
    measured.saves,
    measured.shares,
    measured.reposts,
    measured.quotes,
    -- what people passed on: private shares are seen by Instagram alone, quotes are made on X alone
    case
        when accounts.platform = 'instagram' then measured.shares + coalesce(measured.reposts, 0)
        else measured.reposts + measured.quotes
    end as advocacy_reposts,
    measured.profile_visits,
    measured.link_clicks
from accounts
cross join calendar_days
left join follower_days
    on
        accounts.account_id = follower_days.account_id
        and calendar_days.date = follower_days.date
left join measured
    on
        accounts.account_id = measured.account_id
        and calendar_days.date = measured.date
where accounts.platform is not null
