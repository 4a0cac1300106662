with

windows as (

    select * from {{ ref('int_score_windows_due') }}

),

window_months as (

    select * from {{ ref('int_score_window_months') }}
    where measure in ('day_share', 'days', 'week_share', 'types')

),

entity_months as (

    select * from {{ ref('int_score_entity_months') }}

),

placed as (

    select
        window_months.window_id,
        window_months.measure,
        entity_months.entity_id,
        entity_months.event_type,
        entity_months.month_start,
        entity_months.day_mask & window_months.days_kept as day_mask
    from entity_months
    inner join window_months
        on
            entity_months.entity_type = window_months.entity_type
            and entity_months.source = window_months.source
            and entity_months.event_type = window_months.event_type
            and entity_months.month_start = window_months.month_start
    where entity_months.day_mask & window_months.days_kept <> 0

),

-- days of several kinds in one month once
months as (

    select
        window_id,
        measure,
        entity_id,
        month_start,
        bit_or(day_mask) as day_mask
    from placed
    where measure <> 'types'
    group by window_id, measure, entity_id, month_start

),

numbers as (

    {{ whole_numbers() }}

),

-- whole seven-day blocks from the window's first day; what is left over belongs to the last of them
days as (

    select
        windows.window_id,
        {{ add_days('windows.window_start', 'numbers.n') }} as event_date,
        least(
            floor(numbers.n / 7.0),
            greatest(floor(({{ days_between('windows.window_start', 'windows.full_until') }} + 1) / 7.0), 1) - 1
        ) as block
    from windows
    inner join numbers on {{ days_between('windows.window_start', 'windows.window_end') }} >= numbers.n
    where windows.measure = 'week_share'

),

blocks as (

    select
        window_id,
        block,
        {{ period_start('month', 'event_date') }} as month_start,
        bit_or({{ day_bit('event_date') }}) as day_mask
    from days
    group by window_id, block, {{ period_start('month', 'event_date') }}

)

select
    window_id,
    entity_id,
    cast(count(distinct event_type) as bigint) as thing_count
from placed
where measure = 'types'
group by window_id, entity_id

union all

select
    window_id,
    entity_id,
    cast(sum(bit_count(day_mask)) as bigint) as thing_count
from months
where measure <> 'week_share'
group by window_id, entity_id

union all

select
    months.window_id,
    months.entity_id,
    cast(count(distinct blocks.block) as bigint) as thing_count
from months
inner join blocks
    on
        months.window_id = blocks.window_id
        and months.month_start = blocks.month_start
where months.day_mask & blocks.day_mask <> 0
group by months.window_id, months.entity_id
