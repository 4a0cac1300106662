with

score_events as (

    select * from {{ ref('int_score_events_unioned') }}

)

select
    event_id,
    entity_type,
    entity_id,
    event_type,
    occurred_at,
    event_date,
    quantity,
    source
from score_events
where
    source in (
        'product_events', 'survey_responses', 'support_tickets', 'hubspot_feedback', 'hubspot_tickets', 'outcomes'
    )
