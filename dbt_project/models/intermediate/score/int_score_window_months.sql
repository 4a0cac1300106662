with

windows as (

    select * from {{ ref('int_score_windows_due') }}

),

feed_months as (

    select * from {{ ref('int_score_feed_months') }}

),

-- patterns meet the few kinds here, so that the many rows are joined by equality
met as (

    select
        windows.*,
        feed_months.event_type,
        feed_months.month_start,
        feed_months.event_type like windows.wanted as is_wanted,
        case
            when windows.window_start > feed_months.month_start
                then {{ days_between('feed_months.month_start', 'windows.window_start') }}
            else 0
        end as days_before
    from windows
    inner join feed_months
        on
            windows.entity_type = feed_months.entity_type
            and windows.source = feed_months.source
            and feed_months.event_type like coalesce(windows.among, windows.wanted)
            and windows.window_end >= feed_months.month_start
            and (
                windows.window_start is null
                or {{ period_start('month', 'windows.window_start') }} <= feed_months.month_start
            )

)

select
    window_id,
    entity_type,
    source,
    event_type,
    month_start,
    window_start,
    window_end,
    measure,
    decay_half_life_days,
    is_wanted,
    cast(days_before as int) as days_before,
    -- the bits of the month's days that lie in the window; see day_bit
    cast(power(2, 31) - power(2, days_before) as bigint) as days_kept
from met
