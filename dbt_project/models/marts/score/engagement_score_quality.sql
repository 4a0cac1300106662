with

feeds as (

    select
        model_id,
        model_version,
        entity_type,
        source,
        max(coalesce(when_stale, 'publish')) as when_stale,
        max(period_types) as period_types,
        min(stale_after_days) as stale_after_days
    from {{ ref('int_score_signals_activated') }}
    group by model_id, model_version, entity_type, source

),

periods as (

    select * from {{ ref('int_score_periods_spanned') }}

),

-- the days of a month on which the feed had anything at all
feed_months as (

    select
        entity_type,
        source,
        month_start,
        sum(event_count) as event_count,
        bit_count(bit_or(day_mask)) as day_count
    from {{ ref('int_score_entity_months') }}
    group by entity_type, source, month_start

),

newest as (

    select
        feeds.model_id,
        feeds.model_version,
        feeds.source,
        periods.period_type,
        periods.period_start,
        max(kinds.last_date) as newest_date
    from feeds
    inner join periods on ' ' || feeds.period_types || ' ' like '% ' || periods.period_type || ' %'
    left join {{ ref('int_score_feed_months') }} as kinds
        on
            feeds.entity_type = kinds.entity_type
            and feeds.source = kinds.source
            and periods.scored_until >= kinds.month_start
    group by feeds.model_id, feeds.model_version, feeds.source, periods.period_type, periods.period_start

),

counted as (

    select
        feeds.*,
        newest.newest_date,
        periods.period_type,
        periods.period_start,
        periods.scored_until,
        coalesce(sum(feed_months.event_count), 0) as event_count,
        coalesce(sum(feed_months.day_count), 0) as days_with_events,
        {{ days_between('periods.period_start', 'periods.scored_until') }} + 1 as days_scored
    from feeds
    inner join newest
        on
            feeds.model_id = newest.model_id
            and feeds.model_version = newest.model_version
            and feeds.source = newest.source
    inner join periods
        on
            newest.period_type = periods.period_type
            and newest.period_start = periods.period_start
    left join feed_months
        on
            feeds.entity_type = feed_months.entity_type
            and feeds.source = feed_months.source
            and feed_months.month_start between periods.period_start and periods.scored_until
    group by
        feeds.model_id, feeds.model_version, feeds.entity_type, feeds.source, feeds.when_stale, feeds.period_types,
        feeds.stale_after_days, newest.newest_date, periods.period_type, periods.period_start, periods.scored_until

)

select
    model_id,
    model_version,
    entity_type,
    source,
    period_type,
    period_start,
    cast(event_count as bigint) as event_count,
    cast(days_with_events as bigint) as days_with_events,
    days_scored,
    {{ ratio('days_with_events', 'days_scored') }} as completeness_days_scored,
    newest_date,
    {{ days_between('newest_date', 'scored_until') }} as staleness_days,
    stale_after_days,
    stale_after_days is not null and (
        newest_date is null or {{ days_between('newest_date', 'scored_until') }} > stale_after_days
    ) as is_stale,
    when_stale,
    period_start = max(period_start) over (partition by model_id, model_version, period_type) as is_newest
from counted
