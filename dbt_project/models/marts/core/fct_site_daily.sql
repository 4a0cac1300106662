with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

landing_days as (

    select * from {{ ref('int_site_landing_days') }}

),

posts as (

    select * from {{ ref('dim_posts') }}

)

select
    landing_days.account_id,
    landing_days.date,
    landing_days.landing_page,
    landing_days.source,
    landing_days.medium,
    landing_days.campaign,
    landing_days.content,
    landing_days.channel_group,
    accounts.brand_id,
    landing_days.day_zone,
    landing_days.platform,
    posts.post_id,
    landing_days.sessions,
    landing_days.engaged_sessions,
    landing_days.new_users,
    landing_days.page_views,
    landing_days.engaged_time_s,
    landing_days.key_events,
    landing_days.bounced_sessions,
    {{ ratio('landing_days.bounced_sessions', 'landing_days.sessions') }} as bounce_rate_sessions,
    {{ ratio('landing_days.engaged_time_s', 'landing_days.engaged_sessions') }} as engaged_time_per_engaged_session_s,
    {{ ratio('landing_days.key_events', 'landing_days.sessions') }} as key_events_per_session,
    cast(landing_days.revenue_amount as decimal(18, 2)) as revenue_amount,
    landing_days.currency,
    landing_days.captured_at,
    landing_days.is_settled
from landing_days
inner join accounts
    on landing_days.account_id = accounts.account_id
left join posts
    on landing_days.platform || ':' || landing_days.content = posts.post_id
