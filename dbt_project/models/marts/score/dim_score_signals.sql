with

score_models as (

    select * from {{ ref('score_models') }}

),

score_signals as (

    select * from {{ ref('score_signals') }}

)

select
    score_signals.model_id,
    score_signals.model_version,
    score_signals.signal_id,
    score_models.entity_type,
    score_models.status,
    score_models.scale_max,
    score_signals.signal_order,
    score_signals.label_en,
    score_signals.label_ja,
    score_signals.source,
    score_signals.event_type,
    score_signals.among,
    score_signals.measure,
    score_signals.window_type,
    score_signals.window_days,
    score_signals.decay_half_life_days,
    score_signals.count_mode,
    score_signals.threshold,
    score_signals.unit_size,
    case score_signals.count_mode when 'per_unit' then coalesce(score_signals.rounding, 'floor') end as rounding,
    score_signals.weight,
    score_signals.cap,
    score_signals.exclusive_group,
    score_signals.score_group,
    score_signals.group_limit,
    coalesce(score_signals.missing, 'zero') as missing,
    score_signals.stale_after_days
from score_signals
inner join score_models
    on
        score_signals.model_id = score_models.model_id
        and score_signals.model_version = score_models.model_version
