with

site_events as (

    select * from {{ ref('stg_files__site_events') }}

),

channels as (

    select * from {{ ref('channels') }}

),

-- the events of one visitor on one UTC day under one tag are one visit
ranked as (

    select
        site_events.*,
        coalesce(channels.platform, 'other') as platform,
        cast(site_events.occurred_at as date) as visit_date,
        coalesce(site_events.visitor_id, site_events.person_key) as visitor,
        row_number() over (
            partition by
                coalesce(site_events.visitor_id, site_events.person_key),
                cast(site_events.occurred_at as date),
                coalesce(site_events.utm_source, ''),
                coalesce(site_events.utm_content, '')
            order by
                site_events.occurred_at,
                site_events.event_id
        ) as event_order
    from site_events
    left join channels
        on site_events.utm_source = channels.source
    where coalesce(site_events.visitor_id, site_events.person_key) is not null

)

select
    'site_events:' || event_id as visit_key,
    visitor_id,
    person_key,
    occurred_at as began_at,
    visit_date,
    platform,
    landing_page,
    utm_campaign,
    utm_content
from ranked
where event_order = 1
