{% set horizon_days = 90 -%}

with

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

-- months whose horizon has passed
scores as (

    select
        scores.*,
        {{ add_days('scores.period_end', horizon_days) }} as horizon_end
    from {{ ref('engagement_scores') }} as scores
    cross join reporting_window
    where
        scores.period_type = 'month'
        and not scores.is_partial
        and {{ add_days('scores.period_end', horizon_days) }} <= reporting_window.last_date

),

paid as (

    select
        entity_type,
        entity_id,
        replace(event_type, 'value:', '') as currency,
        event_date,
        sum(cast(quantity as decimal(18, 2))) as amount
    from {{ ref('int_score_events_unioned') }}
    where source in ('outcomes', 'conversions') and event_type like 'value:%'
    group by entity_type, entity_id, event_type, event_date

),

currencies as (

    select
        entity_type,
        currency
    from paid
    group by entity_type, currency

),

-- who paid nothing counts with nothing
worth as (

    select
        scores.model_id,
        scores.model_version,
        scores.entity_type,
        scores.band,
        scores.period_start,
        scores.entity_id,
        currencies.currency,
        cast(coalesce(sum(paid.amount), 0) as decimal(18, 2)) as amount
    from scores
    inner join currencies on scores.entity_type = currencies.entity_type
    left join paid
        on
            scores.entity_type = paid.entity_type
            and scores.entity_id = paid.entity_id
            and currencies.currency = paid.currency
            and scores.period_end < paid.event_date
            and scores.horizon_end >= paid.event_date
    group by
        scores.model_id, scores.model_version, scores.entity_type, scores.band, scores.period_start, scores.entity_id,
        currencies.currency

),

averaged as (

    select
        model_id,
        model_version,
        entity_type,
        band,
        period_start,
        currency,
        count(*) as n,
        {{ ratio('sum(amount)', 'count(*)') }} as amount_mean,
        1.96 * stddev_samp(cast(amount as double)) / sqrt(cast(count(*) as double)) as amount_error
    from worth
    group by model_id, model_version, entity_type, band, period_start, currency

)

select
    model_id,
    model_version,
    entity_type,
    band,
    period_start as cohort_month,
    currency,
    cast({{ horizon_days }} as bigint) as horizon_days,
    n,
    case when n >= 20 then amount_mean end as value_mean,
    case when n >= 20 then amount_mean - amount_error end as value_mean_low,
    case when n >= 20 then amount_mean + amount_error end as value_mean_high,
    case when n < 20 then 'too_small' end as null_reason,
    'association' as claim_level
from averaged
