with

scores as (

    select * from {{ ref('engagement_scores') }}
    where is_newest

),

bands as (

    select
        model_id,
        model_version,
        band,
        band_order = min(band_order) over (partition by model_id, model_version) as is_best,
        band_order = max(band_order) over (partition by model_id, model_version) as is_worst
    from {{ ref('score_bands') }}

),

told as (

    select
        scores.model_id,
        scores.model_version,
        scores.period_type,
        events.entity_type,
        events.entity_id,
        case when events.event_type like 'nps_%' then 'nps' else events.event_type end as topic,
        events.quantity,
        row_number() over (
            partition by
                scores.model_id, scores.model_version, scores.period_type, events.entity_type, events.entity_id,
                case when events.event_type like 'nps_%' then 'nps' else events.event_type end
            order by events.occurred_at desc, events.event_id desc
        ) as recency
    from {{ ref('int_score_events_unioned') }} as events
    inner join scores
        on
            events.entity_type = scores.entity_type
            and events.entity_id = scores.entity_id
            and events.event_date <= scores.scored_until
    where
        (events.source = 'survey_responses' and (events.event_type like 'nps_%' or events.event_type = 'csat_answer'))
        or (events.source in ('outcomes', 'conversions') and events.event_type like 'value:%')
        or (events.source = 'product_events' and events.event_type = 'interview')

),

voices as (

    select
        model_id,
        model_version,
        period_type,
        entity_type,
        entity_id,
        max(case when topic = 'nps' and recency = 1 then quantity end) as nps_answer,
        max(case when topic = 'csat_answer' and recency = 1 then quantity end) as csat_answer,
        count(case when topic = 'interview' then 1 end) as interview_count,
        max(case when topic like 'value:%' and recency = 1 then quantity end) as value_amount,
        max(case when topic like 'value:%' and recency = 2 then quantity end) as previous_value_amount,
        max(case when topic like 'value:%' and recency = 1 then replace(topic, 'value:', '') end) as currency,
        count(distinct case when topic like 'value:%' then topic end) as currency_count
    from told
    group by model_id, model_version, period_type, entity_type, entity_id

),

held as (

    select
        scores.*,
        bands.is_best,
        bands.is_worst,
        voices.nps_answer,
        voices.csat_answer,
        coalesce(voices.interview_count, 0) as interview_count,
        -- amounts of two currencies are not compared
        case when voices.currency_count = 1 then voices.value_amount end as value_amount,
        case when voices.currency_count = 1 then voices.previous_value_amount end as previous_value_amount,
        case when voices.currency_count = 1 then voices.currency end as currency
    from scores
    left join bands
        on
            scores.model_id = bands.model_id
            and scores.model_version = bands.model_version
            and scores.band_in_force = bands.band
    left join voices
        on
            scores.model_id = voices.model_id
            and scores.model_version = voices.model_version
            and scores.period_type = voices.period_type
            and scores.entity_type = voices.entity_type
            and scores.entity_id = voices.entity_id

),

judged as (

    select
        *,
        case
            when is_best and nps_answer <= 6 then 'high_score_detractor'
            when is_worst and nps_answer >= 9 then 'low_score_promoter'
        end as nps_disagreement,
        case
            when is_best and value_amount < previous_value_amount then 'high_score_value_falling'
            when is_worst and value_amount > previous_value_amount then 'low_score_value_rising'
        end as value_disagreement
    from held

)

select
    model_id,
    model_version,
    entity_type,
    entity_id,
    period_type,
    period_start,
    score,
    score_pct,
    band_in_force,
    nps_answer,
    csat_answer,
    cast(interview_count as bigint) as interview_count,
    cast(value_amount as decimal(18, 2)) as value_amount,
    cast(previous_value_amount as decimal(18, 2)) as previous_value_amount,
    currency,
    nps_disagreement,
    value_disagreement,
    cast(
        case when nps_disagreement is null then 0 else 1 end + case when value_disagreement is null then 0 else 1 end
        as bigint
    ) as disagreement_count,
    cast(
        row_number() over (
            partition by model_id, model_version, entity_type, period_type
            order by
                case when nps_disagreement is null then 0 else 1 end
                + case when value_disagreement is null then 0 else 1 end desc,
                abs(score_pct - 50) desc,
                entity_id
        ) as bigint
    ) as disagreement_rank,
    is_partial,
    is_stale
from judged
