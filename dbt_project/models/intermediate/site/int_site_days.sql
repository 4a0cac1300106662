with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

landing_days as (

    select * from {{ ref('int_site_landing_days') }}

),

pages as (

    select * from {{ ref('stg_ga4__pages') }}

),

totals as (

    select * from {{ ref('stg_ga4__totals') }}

),

page_kinds as (

    select * from {{ ref('page_kinds') }}

),

captured_days as (

    select
        latest_captures.account_id,
        accounts.brand_id,
        accounts.brand_zone,
        latest_captures.window_date as date,
        latest_captures.captured_at,
        latest_captures.landing_file
    from latest_captures
    inner join accounts
        on latest_captures.account_id = accounts.account_id
    where latest_captures.source = 'ga4' and latest_captures.stream = 'daily_reports'

),

traffic_days as (

    select
        account_id,
        date,
        cast(sum(sessions) as bigint) as sessions,
        cast(sum(engaged_time_s) as decimal(18, 6)) as engaged_time_s,
        cast(sum(case when platform = 'instagram' then sessions else 0 end) as bigint) as sessions_instagram,
        cast(sum(case when platform = 'x' then sessions else 0 end) as bigint) as sessions_x,
        cast(
            sum(case when medium = 'referral' and platform = 'other' then sessions else 0 end) as bigint
        ) as referral_sessions
    from landing_days
    group by account_id, date

),

purchase_pages as (

    select
        pages.account_id,
        pages.date,
        cast(sum(pages.page_views) as bigint) as page_views
    from pages
    inner join captured_days
        on
            pages.account_id = captured_days.account_id
            and pages.date = captured_days.date
            and pages.landing_file = captured_days.landing_file
    inner join page_kinds
        on
            pages.page_path = page_kinds.page_path
            and page_kinds.page_kind = 'purchase'
    group by pages.account_id, pages.date

),

-- no row in the totals of a captured day is the source's way to say zero
total_days as (

    select
        captured_days.account_id,
        captured_days.brand_id,
        captured_days.date,
        captured_days.captured_at,
        coalesce(max(totals.property_zone), captured_days.brand_zone) as day_zone,
        cast(coalesce(sum(totals.sessions), 0) as bigint) as sessions,
        cast(coalesce(sum(totals.engaged_sessions), 0) as bigint) as engaged_sessions,
        cast(coalesce(sum(totals.new_users), 0) as bigint) as new_users,
        cast(coalesce(sum(totals.page_views), 0) as bigint) as page_views,
        cast(coalesce(sum(totals.key_events), 0) as decimal(18, 6)) as key_events
    from captured_days
    left join totals
        on
            captured_days.account_id = totals.account_id
            and captured_days.date = totals.date
            and captured_days.landing_file = totals.landing_file
    group by
        captured_days.account_id,
        captured_days.brand_id,
        captured_days.brand_zone,
        captured_days.date,
        captured_days.captured_at

)

select
    total_days.account_id,
    total_days.brand_id,
    total_days.date,
    total_days.day_zone,
    total_days.captured_at >= {{ settles_at('total_days.date', 'total_days.day_zone') }} as is_settled,
    total_days.sessions,
    coalesce(traffic_days.sessions_instagram, 0) as sessions_instagram,
    coalesce(traffic_days.sessions_x, 0) as sessions_x,
    -- the rest of the undivided total, so that what thresholds hide in the breakdown is not lost
    total_days.sessions
    - coalesce(traffic_days.sessions_instagram, 0)
    - coalesce(traffic_days.sessions_x, 0) as sessions_other,
    coalesce(traffic_days.referral_sessions, 0) as referral_sessions,
    total_days.sessions - total_days.new_users as repeat_sessions,
    total_days.engaged_sessions,
    total_days.sessions - total_days.engaged_sessions as bounced_sessions,
    -- the breakdown alone tells it: what thresholds hide is missing
    coalesce(traffic_days.engaged_time_s, 0) as engaged_time_s,
    total_days.new_users,
    total_days.page_views,
    coalesce(purchase_pages.page_views, 0) as purchase_page_views,
    total_days.key_events
from total_days
left join traffic_days
    on
        total_days.account_id = traffic_days.account_id
        and total_days.date = traffic_days.date
left join purchase_pages
    on
        total_days.account_id = purchase_pages.account_id
        and total_days.date = purchase_pages.date
