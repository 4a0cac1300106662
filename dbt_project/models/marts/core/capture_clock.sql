with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

rules as (

    select * from {{ ref('retention_rules') }}

),

loads as (

    select * from {{ ref('stg_registry__loads') }}
    where window_date is not null

),

-- the clocks of the sources, not that of this machine
present as (

    select max(captured_at) as as_of from loads

),

windows as (

    select
        account_id,
        stream,
        {{ epoch_s(day_begins_at('window_date', "'UTC'")) }} as window_s,
        max(case when status = 'loaded' then captured_at end) as captured_at,
        max(case when status = 'failed' then 1 else 0 end) = 1 as has_failed
    from loads
    group by account_id, stream, window_date

),

aged as (

    select
        accounts.account_id,
        accounts.brand_id,
        rules.*,
        present.as_of,
        windows.captured_at,
        windows.has_failed and windows.captured_at is null as is_missing,
        cast({{ epoch_s('present.as_of') }} - windows.window_s as double) / 3600 as window_age_hours,
        cast({{ epoch_s('windows.captured_at') }} - windows.window_s as double) / 3600 as captured_age_hours
    from accounts
    inner join rules
        on accounts.source = rules.source
    cross join present
    left join windows
        on
            accounts.account_id = windows.account_id
            and rules.stream = windows.stream

),

counted as (

    select
        account_id,
        stream,
        brand_id,
        source,
        lost_en,
        lost_ja,
        keeps_hours,
        warn_days,
        settles_hours,
        as_of,
        max(captured_at) as last_captured_at,
        cast(count(case when is_missing and window_age_hours < keeps_hours then 1 end) as bigint) as windows_missing,
        cast(count(case when is_missing and window_age_hours >= keeps_hours then 1 end) as bigint) as windows_lost,
        -- the day itself, and then as long as the source goes on changing it
        cast(
            count(
                case
                    when captured_age_hours < 24 + settles_hours and window_age_hours >= 24 + settles_hours then 1
                end
            ) as bigint
        ) as windows_unsettled,
        max(case when is_missing and window_age_hours < keeps_hours then window_age_hours end) as missing_age_hours
    from aged
    group by
        account_id,
        stream,
        brand_id,
        source,
        lost_en,
        lost_ja,
        keeps_hours,
        warn_days,
        settles_hours,
        as_of

),

timed as (

    select
        *,
        -- what came since the last capture is forgotten first, unless an older window is still missing
        case
            when last_captured_at is not null
                then (
                    keeps_hours - greatest(
                        cast({{ epoch_s('as_of') }} - {{ epoch_s('last_captured_at') }} as double) / 3600,
                        coalesce(missing_age_hours, 0)
                    )
                ) / 24
        end as days_left
    from counted

)

select
    account_id,
    stream,
    brand_id,
    source,
    lost_en,
    lost_ja,
    keeps_hours,
    warn_days,
    settles_hours,
    as_of,
    last_captured_at,
    days_left,
    windows_missing,
    windows_lost,
    windows_unsettled,
    case
        when last_captured_at is null then 'never_captured'
        when days_left <= 0 then 'losing'
        when days_left < warn_days then 'due'
        else 'safe'
    end as status
from timed
