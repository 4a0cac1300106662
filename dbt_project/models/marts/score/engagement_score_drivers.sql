with

scores as (

    select
        *,
        percent_rank() over (
            partition by model_id, model_version, entity_type, period_type, period_start
            order by score
        ) as place_from_below
    from {{ ref('engagement_scores') }}
    where is_newest

),

contributions as (

    select * from {{ ref('engagement_score_contributions') }}

),

segments as (

    select 'friction' as segment
    union all
    select 'power_user' as segment

),

compared as (

    select
        contributions.model_id,
        contributions.model_version,
        contributions.entity_type,
        contributions.period_type,
        contributions.period_start,
        segments.segment,
        contributions.signal_id,
        contributions.label_en,
        contributions.label_ja,
        contributions.signal_order,
        cast(contributions.points as decimal(18, 6)) as points,
        case segments.segment
            when 'friction' then scores.place_from_below <= 0.1
            else scores.score_percentile > 90
        end as is_inside,
        scores.is_partial
    from contributions
    inner join scores
        on
            contributions.model_id = scores.model_id
            and contributions.model_version = scores.model_version
            and contributions.entity_type = scores.entity_type
            and contributions.entity_id = scores.entity_id
            and contributions.period_type = scores.period_type
            and contributions.period_start = scores.period_start
    cross join segments

),

averaged as (

    select
        model_id,
        model_version,
        entity_type,
        period_type,
        period_start,
        segment,
        signal_id,
        max(label_en) as label_en,
        max(label_ja) as label_ja,
        max(signal_order) as signal_order,
        count(case when is_inside then 1 end) as segment_n,
        count(case when not is_inside then 1 end) as others_n,
        {{ ratio('sum(case when is_inside then points end)', 'count(case when is_inside then 1 end)') }}
            as points_mean,
        {{ ratio('sum(case when not is_inside then points end)', 'count(case when not is_inside then 1 end)') }}
            as others_points_mean,
        max(case when is_partial then 1 else 0 end) = 1 as is_partial
    from compared
    group by model_id, model_version, entity_type, period_type, period_start, segment, signal_id

)

select
    model_id,
    model_version,
    entity_type,
    period_type,
    period_start,
    segment,
    signal_id,
    label_en,
    label_ja,
    segment_n,
    others_n,
    points_mean,
    others_points_mean,
    points_mean - others_points_mean as gap,
    cast(
        row_number() over (
            partition by model_id, model_version, entity_type, period_type, period_start, segment
            order by
                case segment when 'friction' then 1 else -1 end * coalesce(points_mean - others_points_mean, 0),
                signal_order,
                signal_id
        ) as bigint
    ) as gap_rank,
    is_partial
from averaged
