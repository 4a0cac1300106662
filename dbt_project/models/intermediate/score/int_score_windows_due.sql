with

signals as (

    select * from {{ ref('int_score_signals_activated') }}

),

periods as (

    select * from {{ ref('int_score_periods_spanned') }}
    {{ not_held_by('engagement_signals', 'inputs_hash') }}

),

spans as (

    select
        signals.model_id,
        signals.model_version,
        signals.signal_id,
        signals.entity_type,
        signals.source,
        signals.event_type as wanted,
        signals.among,
        signals.measure,
        signals.decay_half_life_days,
        signals.min_people,
        periods.period_type,
        periods.period_start,
        periods.inputs_hash,
        periods.scored_until as window_end,
        periods.full_until,
        case signals.window_type
            when 'period' then periods.period_start
            when 'trailing' then {{ add_days('periods.scored_until', '1 - signals.window_days') }}
        end as window_start
    from signals
    inner join periods on ' ' || signals.period_types || ' ' like '% ' || periods.period_type || ' %'

)

select
    cast(
        row_number() over (order by model_id, model_version, signal_id, period_type, period_start) as int
    ) as window_id,
    *
from spans
