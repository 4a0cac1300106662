with

windows as (

    select * from {{ ref('int_score_windows_due') }}
    where measure = 'open'

),

events as (

    select * from {{ ref('int_score_events_unioned') }}
    where source in (select windows.source from windows)

),

closings as (

    select
        entity_id,
        replace(event_id, ':closed', ':opened') as event_id,
        min(event_date) as closed_date
    from events
    where event_id like '%:closed'
    group by entity_id, replace(event_id, ':closed', ':opened')

)

-- of the few that stay open, each with the day on which it was closed
select
    windows.window_id,
    events.entity_id,
    count(*) as open_count
from events
inner join windows
    on
        events.entity_type = windows.entity_type
        and events.source = windows.source
        and events.event_type like windows.wanted
        and events.event_date between coalesce(windows.window_start, events.event_date) and windows.window_end
left join closings
    on
        events.entity_id = closings.entity_id
        and events.event_id = closings.event_id
where closings.closed_date is null or closings.closed_date > windows.window_end
group by windows.window_id, events.entity_id
