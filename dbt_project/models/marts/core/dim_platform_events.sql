with

platform_events as (

    select * from {{ ref('platform_events') }}

)

select
    event_id,
    platform,
    event_date,
    kind,
    metric_id,
    label_en,
    label_ja
from platform_events
