with

rules as (

    select
        model_id,
        model_version,
        max(drop_alert_points) as drop_alert_points,
        max(low_alert_below) as low_alert_below,
        max(low_alert_periods) as low_alert_periods
    from {{ ref('int_score_signals_activated') }}
    group by model_id, model_version

),

-- a period that has only begun is low for that alone
scores as (

    select
        *,
        previous_score is not null as follows_last,
        row_number() over (
            partition by model_id, model_version, entity_type, entity_id, period_type
            order by period_start
        ) as place
    from {{ ref('engagement_scores') }}
    where not is_partial

),

judged as (

    select
        scores.*,
        rules.low_alert_periods,
        scores.follows_last and scores.score_change <= -rules.drop_alert_points as is_drop,
        scores.place - max(
            case
                when scores.score >= rules.low_alert_below then scores.place
                when not scores.follows_last then scores.place - 1
            end
        ) over (
            partition by
                scores.model_id, scores.model_version, scores.entity_type, scores.entity_id, scores.period_type
            order by scores.period_start
            rows between unbounded preceding and current row
        ) as low_periods
    from scores
    inner join rules
        on
            scores.model_id = rules.model_id
            and scores.model_version = rules.model_version

),

changes as (

    select
        *,
        points - lag(points) over (
            partition by model_id, model_version, entity_type, entity_id, period_type, signal_id
            order by period_start
        ) as points_change
    from {{ ref('engagement_score_contributions') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by model_id, model_version, entity_type, entity_id, period_type, period_start
            order by points_change asc, signal_order asc, signal_id asc
        ) as fall_place,
        row_number() over (
            partition by model_id, model_version, entity_type, entity_id, period_type, period_start
            order by points asc, signal_order asc, signal_id asc
        ) as low_place
    from changes

),

alerts as (

    select
        *,
        'sudden_drop' as alert_rule
    from judged
    where is_drop

    union all

    -- once, in the period that completes the row
    select
        *,
        'sustained_low' as alert_rule
    from judged
    where low_periods = low_alert_periods

)

select
    alerts.model_id,
    alerts.model_version,
    alerts.entity_type,
    alerts.entity_id,
    alerts.period_type,
    alerts.period_start,
    alerts.alert_rule,
    alerts.previous_score,
    alerts.score,
    alerts.score_change,
    ranked.signal_id as top_signal_id,
    ranked.label_en as top_signal_label_en,
    ranked.label_ja as top_signal_label_ja,
    ranked.points as top_signal_points,
    case when alerts.follows_last then ranked.points_change end as top_signal_change,
    alerts.is_stale
from alerts
inner join ranked
    on
        alerts.model_id = ranked.model_id
        and alerts.model_version = ranked.model_version
        and alerts.entity_type = ranked.entity_type
        and alerts.entity_id = ranked.entity_id
        and alerts.period_type = ranked.period_type
        and alerts.period_start = ranked.period_start
        and case alerts.alert_rule when 'sudden_drop' then ranked.fall_place else ranked.low_place end = 1
