with

kinds as (

    select
        entity_type,
        source,
        event_type,
        {{ month_of('event_date') }} as month_start,
        min(event_date) as first_date,
        max(event_date) as last_date,
        count(*) as event_count,
        {{ sum_of_hashes(['event_id', 'entity_id', 'member_id', 'event_date', 'occurred_at', 'quantity']) }}
            as events_hash
    from {{ ref('int_score_events_unioned') }}
    where event_date <= current_date
    group by entity_type, source, event_type, {{ month_of('event_date') }}

),

months as (

    select
        month_start,
        sum(event_count) as event_count,
        {{ sum_of_hashes(['entity_type', 'source', 'event_type', 'event_count', 'events_hash']) }} as events_hash
    from kinds
    group by month_start

)

select
    kinds.entity_type,
    kinds.source,
    kinds.event_type,
    kinds.month_start,
    kinds.first_date,
    kinds.last_date,
    kinds.event_count,
    md5(
        concat_ws(
            ' ',
            '{{ score_rules_checksum([
                "int_score_events_answered", "int_score_events_met", "int_score_events_staffed",
                "int_score_events_counted", "int_score_events_unioned", "int_score_entity_months",
            ]) }}',
            cast(kinds.month_start as {{ dbt.type_string() }}),
            cast(months.event_count as {{ dbt.type_string() }}),
            cast(months.events_hash as {{ dbt.type_string() }})
        )
    ) as inputs_hash
from kinds
inner join months on kinds.month_start = months.month_start
