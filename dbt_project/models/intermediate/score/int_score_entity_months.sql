{{ config(pre_hook="{{ delete_changed_periods(ref('int_score_feed_months')) }}") }}

with

months as (

    select
        feed_months.month_start,
        feed_months.inputs_hash
    from {{ ref('int_score_feed_months') }} as feed_months
    {{ only_changed_periods('feed_months.inputs_hash') }}
    group by feed_months.month_start, feed_months.inputs_hash

),

events as (

    select * from {{ ref('int_score_events_unioned') }}
    where event_date <= current_date and event_date >= (select min(months.month_start) as since from months)

),

-- the one pass over the events themselves; what follows reads months
counted as (

    select
        entity_type,
        entity_id,
        member_id,
        source,
        event_type,
        {{ month_of('event_date') }} as month_start,
        count(*) as event_count,
        cast(sum(cast(quantity as decimal(18, 6))) as decimal(28, 6)) as quantity,
        min(event_date) as first_date,
        max(occurred_at) as last_at,
        bit_or({{ day_bit('event_date') }}) as day_mask
    from events
    group by entity_type, entity_id, member_id, source, event_type, {{ month_of('event_date') }}

)

select
    counted.entity_type,
    counted.entity_id,
    counted.member_id,
    counted.source,
    counted.event_type,
    counted.month_start,
    months.inputs_hash,
    counted.event_count,
    counted.quantity,
    counted.first_date,
    counted.last_at,
    counted.day_mask
from counted
inner join months on counted.month_start = months.month_start
