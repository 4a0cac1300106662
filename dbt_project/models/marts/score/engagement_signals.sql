with

signals as (

    select * from {{ ref('int_score_signals_activated') }}

),

periods as (

    select * from {{ ref('int_score_periods_spanned') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

events as (

    select score_events.*
    from {{ ref('int_score_events_unioned') }} as score_events
    inner join reporting_window on score_events.event_date <= reporting_window.last_date

),

entities as (

    select
        entity_type,
        entity_id,
        min(event_date) as first_event_date
    from events
    group by entity_type, entity_id

),

people as (

    select
        events.entity_type,
        events.entity_id,
        periods.period_type,
        periods.period_start,
        count(distinct events.member_id) as people_count
    from events
    inner join periods on events.event_date between periods.period_start and periods.scored_until
    where events.member_id is not null
    group by events.entity_type, events.entity_id, periods.period_type, periods.period_start

),

windows as (

    select
        signals.model_id,
        signals.model_version,
        signals.signal_id,
        signals.measure,
        signals.decay_half_life_days,
        entities.entity_type,
        entities.entity_id,
        periods.period_type,
        periods.period_start,
        periods.scored_until as window_end,
        case signals.window_type
            when 'period' then periods.period_start
            when 'trailing' then {{ add_days('periods.scored_until', '1 - signals.window_days') }}
            else entities.first_event_date
        end as window_start
    from entities
    inner join signals on entities.entity_type = signals.entity_type
    inner join periods
        on
            entities.first_event_date <= periods.scored_until
            and ' ' || signals.period_types || ' ' like '% ' || periods.period_type || ' %'
    left join people
        on
            entities.entity_type = people.entity_type
            and entities.entity_id = people.entity_id
            and periods.period_type = people.period_type
            and periods.period_start = people.period_start
    -- a group of few would give its people away, so that nothing of it is computed
    where signals.min_people is null or people.people_count >= signals.min_people

),

event_kinds as (

    select
        entity_type,
        source,
        event_type
    from events
    group by entity_type, source, event_type

),

signal_kinds as (

    -- patterns meet the few kinds of event here, so that events themselves are joined by equality
    select
        signals.model_id,
        signals.model_version,
        signals.signal_id,
        signals.entity_type,
        signals.measure,
        event_kinds.source,
        event_kinds.event_type,
        event_kinds.event_type like signals.event_type as is_wanted
    from signals
    inner join event_kinds
        on
            signals.entity_type = event_kinds.entity_type
            and signals.source = event_kinds.source
            and event_kinds.event_type like coalesce(signals.among, signals.event_type)

),

closings as (

    select
        entity_type,
        entity_id,
        replace(event_id, ':closed', ':opened') as event_id,
        min(event_date) as closed_date
    from events
    where event_id like '%:closed'
    group by entity_type, entity_id, replace(event_id, ':closed', ':opened')

),

signal_events as (

    select
        signal_kinds.model_id,
        signal_kinds.model_version,
        signal_kinds.signal_id,
        signal_kinds.is_wanted,
        events.entity_type,
        events.entity_id,
        events.event_id,
        events.event_type,
        events.event_date,
        events.occurred_at,
        cast(events.quantity as decimal(18, 6)) as quantity,
        closings.closed_date
    from events
    inner join signal_kinds
        on
            events.entity_type = signal_kinds.entity_type
            and events.source = signal_kinds.source
            and events.event_type = signal_kinds.event_type
    left join closings
        on
            signal_kinds.measure = 'open'
            and events.entity_type = closings.entity_type
            and events.entity_id = closings.entity_id
            and events.event_id = closings.event_id

),

placed as (

    select
        windows.*,
        signal_events.event_id,
        signal_events.event_type,
        signal_events.event_date,
        signal_events.quantity,
        signal_events.is_wanted,
        -- to nine decimals, so that sums do not depend on their order
        cast(
            case
                when windows.decay_half_life_days is null then 1
                else
                    power(
                        0.5,
                        {{ days_between('signal_events.event_date', 'windows.window_end') }}
                        / windows.decay_half_life_days
                    )
            end as decimal(18, 9)
        ) as share_left,
        {{ days_between('windows.window_start', 'windows.window_end') }} + 1 as window_days,
        {{ days_between('windows.window_start', 'signal_events.event_date') }} as day_of_window,
        signal_events.closed_date is null or signal_events.closed_date > windows.window_end as is_open,
        row_number() over (
            partition by
                windows.model_id, windows.model_version, windows.signal_id, windows.entity_type, windows.entity_id,
                windows.period_type, windows.period_start
            order by signal_events.occurred_at desc, signal_events.event_id desc
        ) as recency
    from windows
    left join signal_events
        on
            windows.model_id = signal_events.model_id
            and windows.model_version = signal_events.model_version
            and windows.signal_id = signal_events.signal_id
            and windows.entity_type = signal_events.entity_type
            and windows.entity_id = signal_events.entity_id
            and signal_events.event_date between windows.window_start and windows.window_end

),

counted as (

    select
        model_id,
        model_version,
        entity_type,
        entity_id,
        period_type,
        period_start,
        signal_id,
        measure,
        count(event_id) as event_count,
        max(window_days) as window_days,
        count(distinct event_date) as day_count,
        -- whole seven-day blocks from the window's first day; what is left over belongs to the last of them
        count(
            distinct case
                -- least() passes over a NULL, so that a day without an event would be one in the last block
                when event_id is not null
                    then least(floor(day_of_window / 7.0), greatest(floor(window_days / 7.0), 1) - 1)
            end
        ) as block_count,
        count(distinct event_type) as type_count,
        sum(quantity) as quantity,
        sum(case when event_id is not null then share_left end) as events_left,
        cast(sum(cast(quantity as double) * cast(share_left as double)) as decimal(28, 6)) as quantity_left,
        count(case when is_wanted then event_id end) as wanted_count,
        count(case when is_open then event_id end) as open_count,
        max(case when recency = 1 and is_wanted then 1 else 0 end) as latest_is_wanted
    from placed
    group by
        model_id, model_version, entity_type, entity_id, period_type, period_start, signal_id, measure

)

select
    model_id,
    model_version,
    entity_type,
    entity_id,
    period_type,
    period_start,
    signal_id,
    event_count,
    case measure
        when 'day_share' then {{ ratio('day_count', 'window_days') }}
        when 'week_share' then {{ ratio('block_count', 'greatest(floor(window_days / 7.0), 1)') }}
        when 'days' then cast(day_count as double)
        when 'share' then coalesce({{ ratio('wanted_count', 'event_count') }}, 0)
        when 'events' then coalesce(cast(events_left as double), 0)
        when 'types' then cast(type_count as double)
        when 'quantity_sum' then coalesce(cast(quantity_left as double), 0)
        when 'quantity_mean' then coalesce({{ ratio('quantity', 'event_count') }}, 0)
        when 'open' then cast(open_count as double)
        when 'latest' then cast(latest_is_wanted as double)
        when 'silence' then cast(case when event_count = 0 then 1 else 0 end as double)
    end as measured
from counted
