with

window_months as (

    select * from {{ ref('int_score_window_months') }}
    where days_before > 0 or decay_half_life_days is not null

),

numbers as (

    {{ whole_numbers() }}

),

-- the days for which a month as a whole won't do: before the window within its first month, or each with its own weight
days as (

    select
        window_months.*,
        {{ add_days('window_months.month_start', 'numbers.n') }} as event_date
    from window_months
    inner join numbers on numbers.n < 31
    where window_months.decay_half_life_days is not null or numbers.n < window_months.days_before

),

weighed as (

    select
        *,
        case when days_before > 0 then 1 else 0 end as is_before,
        -- to nine decimals, so that sums do not depend on their order
        cast(
            power(0.5, {{ days_between('event_date', 'window_end') }} / decay_half_life_days) as decimal(18, 9)
        ) as share_left
    from days
    where event_date <= window_end and event_date < {{ dbt.dateadd('month', 1, 'month_start') }}

),

entity_days as (

    select
        weighed.window_id,
        events.entity_id,
        weighed.is_wanted,
        weighed.is_before,
        weighed.share_left,
        events.event_date,
        count(*) as event_count,
        cast(sum(cast(events.quantity as decimal(18, 6))) as decimal(28, 6)) as quantity
    from {{ ref('int_score_events_unioned') }} as events
    inner join weighed
        on
            events.entity_type = weighed.entity_type
            and events.source = weighed.source
            and events.event_type = weighed.event_type
            and events.event_date = weighed.event_date
    where events.event_date <= current_date
    group by
        weighed.window_id, events.entity_id, weighed.is_wanted, weighed.is_before, weighed.share_left, events.event_date

)

select
    window_id,
    entity_id,
    cast(sum(is_before * event_count) as bigint) as events_before,
    cast(sum(is_before * quantity) as decimal(28, 6)) as quantity_before,
    cast(sum(case when is_wanted then is_before * event_count end) as bigint) as wanted_before,
    cast(sum(case when is_wanted then is_before * quantity end) as decimal(28, 6)) as wanted_quantity_before,
    cast(sum(event_count * share_left) as decimal(28, 9)) as events_left,
    cast(sum(cast(quantity as double) * cast(share_left as double)) as decimal(28, 6)) as quantity_left
from entity_days
group by window_id, entity_id
