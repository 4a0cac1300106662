with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

landing_days as (

    select * from {{ ref('int_site_landing_days') }}

),

-- of days on which the site was asked; a platform that brought nobody is a zero
asked as (

    select
        accounts.brand_id,
        {{ period_start('week', 'landing_days.date') }} as week_start
    from landing_days
    inner join accounts
        on landing_days.account_id = accounts.account_id
    group by accounts.brand_id, {{ period_start('week', 'landing_days.date') }}
    having count(distinct landing_days.date) = 7

),

summed as (

    select
        accounts.brand_id,
        landing_days.platform,
        {{ period_start('week', 'landing_days.date') }} as week_start,
        sum(landing_days.sessions) as sessions,
        sum(landing_days.key_events) as key_events,
        min(case when landing_days.is_settled then 1 else 0 end) as is_settled
    from landing_days
    inner join accounts
        on landing_days.account_id = accounts.account_id
    group by
        accounts.brand_id,
        landing_days.platform,
        {{ period_start('week', 'landing_days.date') }}

),

platforms as (

    {% for platform in ['instagram', 'x', 'other'] %}
    select '{{ platform }}' as platform
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

weeks as (

    select
        asked.brand_id,
        platforms.platform,
        asked.week_start,
        coalesce(summed.is_settled, 1) = 1 as is_settled,
        cast(coalesce(summed.sessions, 0) as bigint) as sessions,
        cast(coalesce(summed.key_events, 0) as double) as key_events
    from asked
    cross join platforms
    left join summed
        on
            asked.brand_id = summed.brand_id
            and asked.week_start = summed.week_start
            and platforms.platform = summed.platform

),

paired as (

    select
        today.*,
        earlier.sessions as previous_sessions,
        earlier.key_events as previous_key_events,
        {{ ratio('today.key_events', 'today.sessions') }} as key_events_per_session,
        {{ ratio('earlier.key_events', 'earlier.sessions') }} as previous_key_events_per_session,
        today.key_events - earlier.key_events as key_events_change
    from weeks as today
    left join weeks as earlier
        on
            today.brand_id = earlier.brand_id
            and today.platform = earlier.platform
            and {{ add_days('today.week_start', -7) }} = earlier.week_start

),

-- the visits of the week before at the new rate, and then the change of visits; without visits there is no rate
split as (

    select
        *,
        case
            when key_events_change is not null
                then coalesce(
                    previous_sessions * (key_events_per_session - previous_key_events_per_session), cast(0 as double)
                )
        end as change_within_sessions
    from paired

)

select
    brand_id,
    week_start,
    platform,
    sessions,
    previous_sessions,
    key_events,
    previous_key_events,
    key_events_per_session,
    previous_key_events_per_session,
    key_events_change,
    change_within_sessions,
    key_events_change - change_within_sessions as change_by_sessions,
    sum(key_events_change) over (partition by brand_id, week_start) as brand_key_events_change,
    is_settled
from split
