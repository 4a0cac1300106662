{{ config(pre_hook="{{ delete_changed_periods(ref('int_score_periods_spanned')) }}") }}

with

windows as (

    select * from {{ ref('int_score_windows_due') }}

),

window_months as (

    select * from {{ ref('int_score_window_months') }}

),

spreads as (

    select * from {{ ref('int_score_window_spreads') }}

),

days as (

    select * from {{ ref('int_score_window_days') }}

),

crowds as (

    select * from {{ ref('int_score_window_crowds') }}

),

cases as (

    select * from {{ ref('int_score_window_cases') }}

),

entities as (

    select
        entity_type,
        entity_id,
        min(first_date) as first_date
    from {{ ref('int_score_entity_months') }}
    where source not in ('outcomes', 'conversions')
    group by entity_type, entity_id

),

people as (

    select
        windows.window_id,
        entity_months.entity_id,
        count(distinct entity_months.member_id) as people_count
    from {{ ref('int_score_entity_months') }} as entity_months
    inner join windows
        on
            entity_months.entity_type = windows.entity_type
            and entity_months.month_start between windows.period_start and windows.window_end
    where windows.min_people is not null and entity_months.member_id is not null
    group by windows.window_id, entity_months.entity_id

),

scored as (

    select
        windows.*,
        entities.entity_id,
        greatest(
            {{ days_between('coalesce(windows.window_start, entities.first_date)', 'windows.full_until') }} + 1, 1
        ) as window_days
    from entities
    inner join windows
        on
            entities.entity_type = windows.entity_type
            and entities.first_date <= windows.window_end
    left join people
        on
            windows.window_id = people.window_id
            and entities.entity_id = people.entity_id
    -- a group of few would give its people away, so that nothing of it is computed
    where windows.min_people is null or people.people_count >= windows.min_people

),

counted as (

    select
        window_months.window_id,
        entity_months.entity_id,
        sum(entity_months.event_count) as event_count
    from {{ ref('int_score_entity_months') }} as entity_months
    inner join window_months
        on
            entity_months.entity_type = window_months.entity_type
            and entity_months.source = window_months.source
            and entity_months.event_type = window_months.event_type
            and entity_months.month_start = window_months.month_start
    group by window_months.window_id, entity_months.entity_id

),

-- apart from the count, which all windows need, what few do
told as (

    select
        window_months.window_id,
        window_months.is_wanted,
        entity_months.entity_id,
        entity_months.event_count,
        entity_months.quantity,
        case when entity_months.day_mask & window_months.days_kept <> 0 then entity_months.last_at end as last_at
    from {{ ref('int_score_entity_months') }} as entity_months
    inner join window_months
        on
            entity_months.entity_type = window_months.entity_type
            and entity_months.source = window_months.source
            and entity_months.event_type = window_months.event_type
            and entity_months.month_start = window_months.month_start
    where window_months.measure in ('share', 'quantity_share', 'quantity_sum', 'quantity_mean', 'latest')

),

summed as (

    select
        window_id,
        entity_id,
        sum(quantity) as quantity,
        sum(case when is_wanted then event_count end) as wanted_count,
        sum(case when is_wanted then quantity end) as wanted_quantity,
        max(case when is_wanted then last_at end) as wanted_last_at,
        max(case when not is_wanted then last_at end) as other_last_at
    from told
    group by window_id, entity_id

),

measured as (

    select
        scored.*,
        spreads.thing_count,
        crowds.member_count,
        crowds.wanted_members,
        crowds.new_members,
        crowds.member_days,
        cases.open_count,
        summed.wanted_last_at,
        summed.other_last_at,
        coalesce(counted.event_count - coalesce(days.events_before, 0), 0) as event_count,
        summed.quantity - coalesce(days.quantity_before, 0) as quantity,
        summed.wanted_count - coalesce(days.wanted_before, 0) as wanted_count,
        summed.wanted_quantity - coalesce(days.wanted_quantity_before, 0) as wanted_quantity,
        days.events_left,
        days.quantity_left
    from scored
    {% for part in ['counted', 'summed', 'spreads', 'days', 'crowds', 'cases'] -%}
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
    cast(event_count as bigint) as event_count,
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
                when 'events' then coalesce(events_left, event_count)
                when 'types' then thing_count
                when 'quantity_sum' then coalesce(quantity_left, quantity)
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
                when 'silence' then case when event_count = 0 then 1 end
            end,
            0
        ) as double
    ) as measured
from measured
