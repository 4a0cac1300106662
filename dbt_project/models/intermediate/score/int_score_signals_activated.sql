-- depends_on: {{ ref('int_score_registry_faults') }}
with

score_models as (

    select * from {{ ref('score_models') }}

),

score_signals as (

    select * from {{ ref('score_signals') }}

)

select
    score_models.model_id,
    score_models.model_version,
    score_models.entity_type,
    score_models.scale_max,
    score_models.period_types,
    score_models.min_people,
    score_models.when_stale,
    score_models.drop_alert_points,
    score_models.low_alert_below,
    score_models.low_alert_periods,
    score_signals.signal_id,
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
    score_signals.rounding,
    score_signals.weight,
    score_signals.cap,
    score_signals.exclusive_group,
    score_signals.score_group,
    score_signals.group_limit,
    score_signals.missing,
    score_signals.stale_after_days
from score_models
inner join score_signals
    on
        score_models.model_id = score_signals.model_id
        and score_models.model_version = score_signals.model_version
where score_models.status = 'active'
