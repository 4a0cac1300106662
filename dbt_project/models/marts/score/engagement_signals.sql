{{ config(pre_hook="{{ delete_changed_periods(ref('int_score_periods_spanned')) }}") }}

with

signals as (

    select * from {{ ref('int_score_signals_activated') }}

),

periods as (

    select * from {{ ref('int_score_periods_spanned') }} as spanned
    {{ only_changed_periods('spanned.inputs_hash') }}

),

events as (

    select * from {{ ref('int_score_events_unioned') }}

),

feed_days as (

    select * from {{ ref('int_score_feed_days') }}

),

-- each window of each signal under one number, by which the many rows below are joined and grouped
signal_windows as (

    select
        row_number() over (
            order by
                signals.model_id, signals.model_version, signals.signal_id, periods.period_type,
                periods.period_start
        ) as window_id,
        signals.model_id,
        signals.model_version,
        signals.signal_id,
        signals.entity_type,
        signals.source,
        signals.event_type as wanted,
        signals.among,
        signals.measure,
        signals.decay_half_life_days,
        signals.min_people,
        periods.period_type,
        periods.period_start,
        periods.inputs_hash,
        periods.scored_until as window_end,
        periods.full_until,
        case signals.window_type
            when 'period' then periods.period_start
            when 'trailing' then {{ add_days('periods.scored_until', '1 - signals.window_days') }}
        end as window_start
    from signals
    inner join periods on ' ' || signals.period_types || ' ' like '% ' || periods.period_type || ' %'

),

-- patterns and windows meet the few kinds and days here, so that events themselves are joined by equality
signal_days as (

    select
        signal_windows.*,
        feed_days.event_type,
        feed_days.event_date,
        feed_days.event_type like signal_windows.wanted as is_wanted,
        -- to nine decimals, so that sums do not depend on their order
        cast(
            case
                when signal_windows.decay_half_life_days is null then 1
                else
                    power(
                        0.5,
                        {{ days_between('feed_days.event_date', 'signal_windows.window_end') }}
                        / signal_windows.decay_half_life_days
                    )
            end as decimal(18, 9)
        ) as share_left,
        -- whole seven-day blocks from the window's first day; what is left over belongs to the last of them
        least(
            floor({{ days_between('signal_windows.window_start', 'feed_days.event_date') }} / 7.0),
            greatest(
                floor(({{ days_between('signal_windows.window_start', 'signal_windows.full_until') }} + 1) / 7.0), 1
            ) - 1
        ) as block
    from signal_windows
    inner join feed_days
        on
            signal_windows.entity_type = feed_days.entity_type
            and signal_windows.source = feed_days.source
            and feed_days.event_type like coalesce(signal_windows.among, signal_windows.wanted)
            and signal_windows.window_end >= feed_days.event_date
            and (signal_windows.window_start is null or signal_windows.window_start <= feed_days.event_date)

),

-- days before which no window looks, by feed: events of earlier ones are not read
feeds as (

    select
        entity_type,
        source,
        min(coalesce(window_start, cast('1900-01-01' as date))) as since
    from signal_windows
    group by entity_type, source

),

-- one pass over the events; what follows reads days
entity_days as (

    select
        events.entity_type,
        events.entity_id,
        events.member_id,
        events.source,
        events.event_type,
        events.event_date,
        count(*) as event_count,
        cast(sum(cast(events.quantity as decimal(18, 6))) as decimal(28, 6)) as quantity,
        max(events.occurred_at) as last_at
    from events
    inner join feeds
        on
            events.entity_type = feeds.entity_type
            and events.source = feeds.source
            and events.event_date >= feeds.since
    group by
        events.entity_type, events.entity_id, events.member_id, events.source, events.event_type, events.event_date

),

entities as (

    select
        entity_type,
        entity_id,
        min(event_date) as first_event_date
    from events
    where source not in ('outcomes', 'conversions')
    group by entity_type, entity_id

),

members as (

    select
        entity_type,
        entity_id,
        member_id,
        min(event_date) as first_event_date
    from events
    where member_id is not null
    group by entity_type, entity_id, member_id

),

people as (

    select
        entity_days.entity_type,
        entity_days.entity_id,
        periods.period_type,
        periods.period_start,
        count(distinct entity_days.member_id) as people_count
    from entity_days
    inner join periods on entity_days.event_date between periods.period_start and periods.scored_until
    where
        entity_days.member_id is not null
        and entity_days.entity_type in (
            select signals.entity_type from signals
            where signals.min_people is not null
        )
    group by entity_days.entity_type, entity_days.entity_id, periods.period_type, periods.period_start

),

scored as (

    select
        signal_windows.*,
        entities.entity_id,
        coalesce(signal_windows.window_start, entities.first_event_date) as first_day
    from entities
    inner join signal_windows
        on
            entities.entity_type = signal_windows.entity_type
            and entities.first_event_date <= signal_windows.window_end
    left join people
        on
            entities.entity_type = people.entity_type
            and entities.entity_id = people.entity_id
            and signal_windows.period_type = people.period_type
            and signal_windows.period_start = people.period_start
    -- a group of few would give its people away, so that nothing of it is computed
    where signal_windows.min_people is null or people.people_count >= signal_windows.min_people

),

placed as (

    select
        signal_days.window_id,
        signal_days.window_start,
        signal_days.window_end,
        signal_days.measure,
        signal_days.is_wanted,
        signal_days.share_left,
        signal_days.block,
        entity_days.entity_type,
        entity_days.entity_id,
        entity_days.member_id,
        entity_days.event_type,
        entity_days.event_date,
        entity_days.event_count,
        entity_days.quantity,
        entity_days.last_at
    from entity_days
    inner join signal_days
        on
            entity_days.entity_type = signal_days.entity_type
            and entity_days.source = signal_days.source
            and entity_days.event_type = signal_days.event_type
            and entity_days.event_date = signal_days.event_date

),

counted as (

    select
        window_id,
        entity_id,
        sum(event_count) as event_count,
        sum(quantity) as quantity,
        sum(event_count * share_left) as events_left,
        cast(sum(cast(quantity as double) * cast(share_left as double)) as decimal(28, 6)) as quantity_left,
        sum(case when is_wanted then event_count end) as wanted_count,
        sum(case when is_wanted then quantity end) as wanted_quantity,
        max(case when is_wanted then last_at end) as wanted_last_at,
        max(case when not is_wanted then last_at end) as other_last_at
    from placed
    group by window_id, entity_id

),

-- what is counted once however often it comes, apart from the sums: it costs ten times as much a row
spread as (

    select
        window_id,
        entity_id,
        count(
            distinct
            case measure
                when 'types' then event_type
                when 'days' then cast(event_date as {{ dbt.type_string() }})
                when 'day_share' then cast(event_date as {{ dbt.type_string() }})
                when 'week_share' then cast(block as {{ dbt.type_string() }})
            end
        ) as thing_count
    from placed
    where measure in ('day_share', 'days', 'week_share', 'types')
    group by window_id, entity_id

),

crowds as (

    select
        placed.window_id,
        placed.entity_id,
        count(distinct placed.member_id) as member_count,
        count(distinct case when placed.is_wanted then placed.member_id end) as wanted_members,
        count(
            distinct case
                when members.first_event_date between placed.window_start and placed.window_end then placed.member_id
            end
        ) as new_members,
        count(distinct placed.member_id || ' ' || cast(placed.event_date as {{ dbt.type_string() }})) as member_days
    from placed
    left join members
        on
            placed.entity_type = members.entity_type
            and placed.entity_id = members.entity_id
            and placed.member_id = members.member_id
    where placed.measure in ('member_share', 'new_member_share', 'stickiness')
    group by placed.window_id, placed.entity_id

),

-- of the few that stay open, each with the day on which it was closed
opened as (

    select
        signal_days.window_id,
        signal_days.window_end,
        events.entity_id,
        events.event_id
    from events
    inner join signal_days
        on
            events.entity_type = signal_days.entity_type
            and events.source = signal_days.source
            and events.event_type = signal_days.event_type
            and events.event_date = signal_days.event_date
    where signal_days.measure = 'open'

),

closings as (

    select
        entity_id,
        replace(event_id, ':closed', ':opened') as event_id,
        min(event_date) as closed_date
    from events
    where
        event_id like '%:closed'
        and source in (
            select signals.source from signals
            where signals.measure = 'open'
        )
    group by entity_id, replace(event_id, ':closed', ':opened')

),

still_open as (

    select
        opened.window_id,
        opened.entity_id,
        count(*) as open_count
    from opened
    left join closings
        on
            opened.entity_id = closings.entity_id
            and opened.event_id = closings.event_id
    where closings.closed_date is null or closings.closed_date > opened.window_end
    group by opened.window_id, opened.entity_id

),

measured as (

    select
        scored.*,
        greatest({{ days_between('scored.first_day', 'scored.full_until') }} + 1, 1) as window_days,
        coalesce(counted.event_count, 0) as events_seen,
        spread.thing_count,
        counted.event_count,
        counted.quantity,
        counted.events_left,
        counted.quantity_left,
        counted.wanted_count,
        counted.wanted_quantity,
        counted.wanted_last_at,
        counted.other_last_at,
        crowds.member_count,
        crowds.wanted_members,
        crowds.new_members,
        crowds.member_days,
        still_open.open_count
    from scored
    {% for part in ['counted', 'spread', 'crowds', 'still_open'] -%}
    left join {{ part }}
        on
            scored.window_id = {{ part }}.window_id
            and scored.entity_id = {{ part }}.entity_id
    {% endfor %}

)

select
    model_id,
    model_version,
    entity_type,
    entity_id,
    period_type,
    period_start,
    signal_id,
    inputs_hash,
    cast(events_seen as bigint) as event_count,
    cast(
        coalesce(
            case measure
                -- least() passes over a NULL, so that no event at all would be every day
                when 'day_share' then least(coalesce({{ ratio('thing_count', 'window_days') }}, 0), 1)
                when 'week_share' then {{ ratio('thing_count', 'greatest(floor(window_days / 7.0), 1)') }}
                when 'days' then thing_count
                when 'share' then {{ ratio('coalesce(wanted_count, 0)', 'event_count') }}
                when 'quantity_share' then {{ ratio('coalesce(wanted_quantity, 0)', 'quantity') }}
                when 'member_share' then {{ ratio('wanted_members', 'member_count') }}
                when 'new_member_share' then {{ ratio('new_members', 'member_count') }}
                when 'stickiness'
                    then least(coalesce({{ ratio('member_days', 'window_days * member_count') }}, 0), 1)
                when 'events' then events_left
                when 'types' then thing_count
                when 'quantity_sum' then quantity_left
                when 'quantity_mean' then {{ ratio('quantity', 'event_count') }}
                when 'open' then open_count
                -- two at one instant contradict each other, so that neither is the last
                when 'latest'
                    then
                        case
                            when
                                wanted_last_at is not null and (other_last_at is null or wanted_last_at > other_last_at)
                                then 1
                        end
                when 'silence' then case when events_seen = 0 then 1 end
            end,
            0
        ) as double
    ) as measured
from measured
