with

scores as (

    select * from {{ ref('engagement_scores') }}

),

outcomes as (

    select
        entity_type,
        entity_id,
        min(case when event_type = 'outcome:churned' then event_date end) as left_date
    from {{ ref('int_score_events_unioned') }}
    where source = 'outcomes'
    group by entity_type, entity_id

),

periods as (

    select
        model_id,
        model_version,
        entity_type,
        period_type,
        period_start,
        max(period_end) as period_end,
        max(scored_until) as scored_until,
        max(case when is_partial then 1 else 0 end) = 1 as is_partial
    from scores
    group by model_id, model_version, entity_type, period_type, period_start

),

-- whom a period begins with: all that the one before scored and that had not left by its end
present as (

    select
        periods.model_id,
        periods.model_version,
        periods.entity_type,
        periods.period_type,
        periods.period_start,
        periods.is_partial,
        scores.entity_id,
        scores.band_in_force as band,
        1 as was_there,
        case when outcomes.left_date <= periods.scored_until then 1 else 0 end as has_left
    from periods
    inner join scores
        on
            periods.model_id = scores.model_id
            and periods.model_version = scores.model_version
            and periods.entity_type = scores.entity_type
            and periods.period_type = scores.period_type
            and periods.period_start = {{ add_days('scores.period_end', 1) }}
    left join outcomes
        on
            scores.entity_type = outcomes.entity_type
            and scores.entity_id = outcomes.entity_id
    where outcomes.left_date is null or outcomes.left_date >= periods.period_start

),

joined as (

    select
        scores.model_id,
        scores.model_version,
        scores.entity_type,
        scores.period_type,
        scores.period_start,
        scores.is_partial,
        scores.entity_id,
        cast(null as {{ dbt.type_string() }}) as band,
        0 as was_there,
        case when outcomes.left_date <= scores.scored_until then 1 else 0 end as has_left
    from scores
    left join outcomes
        on
            scores.entity_type = outcomes.entity_type
            and scores.entity_id = outcomes.entity_id
    left join present
        on
            scores.model_id = present.model_id
            and scores.model_version = present.model_version
            and scores.entity_type = present.entity_type
            and scores.period_type = present.period_type
            and scores.period_start = present.period_start
            and scores.entity_id = present.entity_id
    where
        present.entity_id is null
        and (outcomes.left_date is null or outcomes.left_date >= scores.period_start)

),

people as (

    select * from present
    union all
    select * from joined

),

levels as (

    select
        *,
        'whole' as segment
    from people
    union all
    select
        *,
        band as segment
    from people
    where band is not null

),

counted as (

    select
        model_id,
        model_version,
        entity_type,
        period_type,
        period_start,
        segment,
        sum(was_there) as start_n,
        sum(1 - was_there) as new_n,
        sum(has_left) as left_n,
        count(*) as all_n,
        sum(was_there * has_left) as lost_n,
        max(case when is_partial then 1 else 0 end) = 1 as is_partial
    from levels
    group by model_id, model_version, entity_type, period_type, period_start, segment

)

select
    model_id,
    model_version,
    entity_type,
    period_type,
    period_start,
    segment,
    cast(start_n as bigint) as entities_at_start,
    cast(new_n as bigint) as new_n,
    cast(left_n as bigint) as left_n,
    cast(all_n - left_n as bigint) as end_n,
    cast(start_n - lost_n as bigint) as entities_retained,
    -- who came and left within the period is neither among those it began with nor among those it keeps
    {{ ratio('start_n - lost_n', 'start_n') }} as retention_rate_start,
    is_partial
from counted
