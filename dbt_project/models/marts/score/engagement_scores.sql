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

feed_months as (

    select * from {{ ref('int_score_feed_months') }}

),

bands as (

    select * from {{ ref('score_bands') }}

),

actions as (

    select * from {{ ref('score_actions') }}

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
        max(feed_months.last_date) as newest_date
    from signals
    cross join periods
    left join feed_months
        on
            signals.entity_type = feed_months.entity_type
            and signals.source = feed_months.source
            and periods.scored_until >= feed_months.month_start
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

-- the decision in force on a period's last day; of several the newest
overrides as (

    select
        decisions.*,
        periods.period_type,
        periods.period_start,
        row_number() over (
            partition by
                decisions.model_id, decisions.entity_type, decisions.entity_id, periods.period_type,
                periods.period_start
            order by decisions.decided_on desc, decisions.override_id desc
        ) as recency
    from {{ ref('score_overrides') }} as decisions
    inner join periods on periods.scored_until between decisions.valid_from and decisions.valid_to

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
        periods.scored_until,
        periods.is_partial,
        periods.partial_reason,
        coalesce(feeds_judged.is_stale, false) as is_stale,
        -- what began before the first event is no measure for what follows
        lag(case when coalesce(periods.partial_reason, '') <> 'begins_before_data' then summed.score end) over (
            partition by
                summed.entity_id, summed.model_id, summed.model_version, summed.entity_type, summed.period_type
            order by summed.period_start
        ) as last_score,
        lag(summed.period_start) over (
            partition by
                summed.entity_id, summed.model_id, summed.model_version, summed.entity_type, summed.period_type
            order by summed.period_start
        ) as last_start
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

),

-- many share a score, so that ranks are made of the few scores and not of the many who have them
heights as (

    select
        model_id,
        model_version,
        entity_type,
        period_type,
        period_start,
        score,
        count(*) as score_count
    from summed
    group by model_id, model_version, entity_type, period_type, period_start, score

),

ranked as (

    select
        *,
        dense_rank() over (
            partition by model_id, model_version, entity_type, period_type, period_start
            order by score desc
        ) as score_rank,
        cast(
            sum(score_count) over (
                partition by model_id, model_version, entity_type, period_type, period_start
                order by score
                rows between unbounded preceding and current row
            ) as double
        ) / cast(
            sum(score_count) over (
                partition by model_id, model_version, entity_type, period_type, period_start
            ) as double
        ) as score_place
    from heights

),

-- what a period is held against: all scores of the whole periods before it, and where nine of ten of its own lie
spread as (

    select
        model_id,
        model_version,
        entity_type,
        period_type,
        period_start,
        cast(percentile_cont(0.9) within group (order by score) as double) as score_p90,
        count(case when not is_partial then 1 end) as whole_count
    from scaled
    group by model_id, model_version, entity_type, period_type, period_start

),

benchmarks as (

    select
        *,
        coalesce(
            sum(whole_count) over (
                partition by model_id, model_version, entity_type, period_type
                order by period_start
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as benchmark_n,
        period_start = coalesce(
            max(case when whole_count > 0 then period_start end) over (
                partition by model_id, model_version, entity_type, period_type
            ),
            max(period_start) over (partition by model_id, model_version, entity_type, period_type)
        ) as is_newest
    from spread

),

followed as (

    -- a period without a score is not the one before
    select
        *,
        case
            when {{ days_between('last_start', 'period_start') }} <= case period_type when 'month' then 31 else 92 end
                then last_score
        end as previous_score
    from scaled

)

select
    followed.model_id,
    followed.model_version,
    followed.entity_type,
    followed.entity_id,
    followed.period_type,
    followed.period_start,
    followed.period_end,
    followed.scored_until,
    followed.score,
    followed.scale_max,
    followed.score_pct,
    bands.band,
    actions.action_id,
    cast(ranked.score_rank as bigint) as rank,
    100 * ranked.score_place as score_percentile,
    least({{ ratio('100 * greatest(followed.score, 0)', 'greatest(benchmarks.score_p90, 0)') }}, 100) as score_p90_pct,
    cast(benchmarks.benchmark_n as bigint) as benchmark_n,
    case
        when benchmarks.benchmark_n < 30 then 'no_benchmark_yet'
        when followed.score_pct >= 70 then 'strong'
        else 'not_strong'
    end as reading,
    followed.previous_score,
    followed.score - followed.previous_score as score_change,
    -- less than five of a hundred is noise
    case
        when abs(followed.score - followed.previous_score) * 100 < 5 * followed.scale_max then 'flat'
        when followed.score > followed.previous_score then 'up'
        when followed.score < followed.previous_score then 'down'
    end as trend,
    coalesce(overrides.band, bands.band) as band_in_force,
    overrides.override_id,
    followed.is_partial,
    followed.partial_reason,
    followed.is_stale,
    benchmarks.is_newest
from followed
inner join benchmarks
    on
        followed.model_id = benchmarks.model_id
        and followed.model_version = benchmarks.model_version
        and followed.entity_type = benchmarks.entity_type
        and followed.period_type = benchmarks.period_type
        and followed.period_start = benchmarks.period_start
inner join ranked
    on
        followed.model_id = ranked.model_id
        and followed.model_version = ranked.model_version
        and followed.entity_type = ranked.entity_type
        and followed.period_type = ranked.period_type
        and followed.period_start = ranked.period_start
        and followed.score = ranked.score
left join overrides
    on
        followed.model_id = overrides.model_id
        and followed.entity_type = overrides.entity_type
        and followed.entity_id = overrides.entity_id
        and followed.period_type = overrides.period_type
        and followed.period_start = overrides.period_start
        and overrides.recency = 1
left join bands
    on
        followed.model_id = bands.model_id
        and followed.model_version = bands.model_version
        and greatest(followed.score, 0) >= bands.lower_incl
        and (bands.upper_excl is null or greatest(followed.score, 0) < bands.upper_excl)
left join actions
    on
        followed.model_id = actions.model_id
        and followed.model_version = actions.model_version
        and greatest(followed.score_pct, 0) >= actions.lower_incl
        and (actions.upper_excl is null or greatest(followed.score_pct, 0) < actions.upper_excl)
