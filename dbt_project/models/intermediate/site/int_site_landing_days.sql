with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

traffic as (

    select * from {{ ref('stg_ga4__traffic') }}

),

channels as (

    select * from {{ ref('channels') }}

),

latest as (

    select traffic.*
    from traffic
    inner join latest_captures
        on
            traffic.account_id = latest_captures.account_id
            and traffic.date = latest_captures.window_date
            and traffic.landing_file = latest_captures.landing_file

)

select
    latest.account_id,
    latest.date,
    latest.property_zone as day_zone,
    latest.landing_page,
    latest.source,
    latest.medium,
    latest.campaign,
    latest.content,
    latest.channel_group,
    coalesce(channels.platform, 'other') as platform,
    cast(sum(latest.sessions) as bigint) as sessions,
    cast(sum(latest.engaged_sessions) as bigint) as engaged_sessions,
    cast(sum(latest.sessions) - sum(latest.engaged_sessions) as bigint) as bounced_sessions,
    cast(sum(latest.new_users) as bigint) as new_users,
    cast(sum(latest.page_views) as bigint) as page_views,
    cast(sum(latest.engaged_time_s) as decimal(18, 6)) as engaged_time_s,
    cast(sum(latest.key_events) as decimal(18, 6)) as key_events,
    cast(sum(latest.revenue_amount) as decimal(18, 6)) as revenue_amount,
    latest.currency,
    max(latest.captured_at) as captured_at,
    max(latest.captured_at) >= {{ settles_at('latest.date', 'latest.property_zone') }} as is_settled
from latest
left join channels
    on lower(latest.source) = channels.source
group by
    latest.account_id,
    latest.date,
    latest.property_zone,
    latest.landing_page,
    latest.source,
    latest.medium,
    latest.campaign,
    latest.content,
    latest.channel_group,
    channels.platform,
    latest.currency
