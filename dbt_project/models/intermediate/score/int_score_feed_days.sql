select
    entity_type,
    source,
    event_type,
    event_date,
    count(*) as event_count,
    -- what moves when an event comes, goes or is replaced: see inputs_hash of int_score_periods_spanned
    cast(sum({{ epoch_s('occurred_at') }}) as decimal(38, 0)) as sum_occurred_s,
    cast(sum(cast(quantity as decimal(18, 6))) as decimal(38, 6)) as sum_quantity,
    cast(sum(length(entity_id) + 7 * ascii(right(entity_id, 1)) + 13 * ascii(entity_id)) as decimal(38, 0)) as sum_names
from {{ ref('int_score_events_unioned') }}
where event_date <= current_date
group by entity_type, source, event_type, event_date
