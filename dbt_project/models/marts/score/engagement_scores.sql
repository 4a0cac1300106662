with

contributions as (

    select * from {{ ref('engagement_score_contributions') }}

),

signals as (

    select * from {{ ref('int_score_signals_activated') }}

),

periods as (

    select * from {{ ref('int_score_periods_spanned') }}

),

events as (

    select * from {{ ref('int_score_events_unioned') }}

),

bands as (

    select * from {{ ref('score_bands') }}

),

actions as (

    select * from {{ ref('score_actions') }}

),

feed_days as (

    select
        entity_type,
        source,
        event_date
    from events
    group by entity_type, source, event_date

),

feeds as (

    select
        signals.model_id,
        signals.model_version,
        periods.period_type,
        periods.period_start,
        signals.signal_id,
        periods.scored_until,
        max(signals.stale_after_days) as stale_after_days,
        max(feed_days.event_date) as newest_date
    from signals
    cross join periods
    left join feed_days
        on
            signals.entity_type = feed_days.entity_type
            and signals.source = feed_days.source
            and periods.scored_until >= feed_days.event_date
    where signals.stale_after_days is not null
    group by
        signals.model_id, signals.model_version, periods.period_type, periods.period_start, signals.signal_id,
        periods.scored_until

),

feeds_judged as (

    select
        model_id,
        model_version,
        period_type,
        period_start,
        max(
            case
                when newest_date is null then 1
                when {{ days_between('newest_date', 'scored_until') }} > stale_after_days then 1
                else 0
            end
        ) = 1 as is_stale
    from feeds
    group by model_id, model_version, period_type, period_start

),

models as (

    select
        model_id,
        model_version,
        max(scale_max) as scale_max
    from signals
    group by model_id, model_version

),

summed as (

    select
        contributions.model_id,
        contributions.model_version,
        contributions.entity_type,
        contributions.entity_id,
        contributions.period_type,
        contributions.period_start,
        cast(sum(cast(contributions.points as decimal(18, 6))) as double) as score
    from contributions
    group by
        contributions.model_id, contributions.model_version, contributions.entity_type, contributions.entity_id,
        contributions.period_type, contributions.period_start

),

scaled as (

    select
        summed.*,
        models.scale_max,
        {{ ratio('100 * summed.score', 'models.scale_max') }} as score_pct,
        periods.period_end,
        periods.is_partial,
        coalesce(feeds_judged.is_stale, false) as is_stale,
        dense_rank() over (
            partition by
                summed.model_id, summed.model_version, summed.entity_type, summed.period_type, summed.period_start
            order by summed.score desc
        ) as score_rank
    from summed
    inner join models
        on
            summed.model_id = models.model_id
            and summed.model_version = models.model_version
    inner join periods
        on
            summed.period_type = periods.period_type
            and summed.period_start = periods.period_start
    left join feeds_judged
        on
            summed.model_id = feeds_judged.model_id
            and summed.model_version = feeds_judged.model_version
            and summed.period_type = feeds_judged.period_type
            and summed.period_start = feeds_judged.period_start

)

select
    scaled.model_id,
    scaled.model_version,
    scaled.entity_type,
    scaled.entity_id,
    scaled.period_type,
    scaled.period_start,
    scaled.period_end,
    scaled.score,
    scaled.scale_max,
    scaled.score_pct,
    bands.band,
    actions.action_id,
    cast(scaled.score_rank as bigint) as rank,
    scaled.is_partial,
    scaled.is_stale
from scaled
left join bands
    on
        scaled.model_id = bands.model_id
        and scaled.model_version = bands.model_version
        and greatest(scaled.score, 0) >= bands.lower_incl
        and (bands.upper_excl is null or greatest(scaled.score, 0) < bands.upper_excl)
left join actions
    on
        scaled.model_id = actions.model_id
        and scaled.model_version = actions.model_version
        and greatest(scaled.score_pct, 0) >= actions.lower_incl
        and (actions.upper_excl is null or greatest(scaled.score_pct, 0) < actions.upper_excl)
