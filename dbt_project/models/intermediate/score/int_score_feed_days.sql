select
    entity_type,
    source,
    event_type,
    event_date,
    count(*) as event_count
from {{ ref('int_score_events_unioned') }}
where event_date <= current_date
group by entity_type, source, event_type, event_date
