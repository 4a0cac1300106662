with

site_events as (

    select * from {{ ref('stg_files__site_events') }}

),

channels as (

    select * from {{ ref('channels') }}

),

-- who once gives an e-mail is known on all visits; where two people gave theirs, each visit knows its own alone
visitors as (

    select
        visitor_id,
        max(person_key) as person_key
    from site_events
    where visitor_id is not null and person_key is not null
    group by visitor_id
    having count(distinct person_key) = 1

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
    'site_events:' || ranked.event_id as visit_key,
    ranked.visitor_id,
    coalesce(ranked.person_key, visitors.person_key) as person_key,
    ranked.occurred_at as began_at,
    ranked.visit_date,
    ranked.platform,
    ranked.landing_page,
    ranked.utm_campaign,
    ranked.utm_content
from ranked
left join visitors
    on ranked.visitor_id = visitors.visitor_id
where ranked.event_order = 1
