with

windows as (

    select * from {{ ref('int_incident_windows') }}

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

-- in whole exposures, so that parts and rest add up to the last one
measured as (

    select
        *,
        cast(round(exposures_after) - round(exposures_before) as bigint) as delta_total,
        exposures_before / days_after as usual_day,
        -- what each post brought before, viral ones counted as usual ones
        (exposures_before - viral_before) / nullif(posts_before, 0) as per_post_before
    from windows

),

parted as (

    select
        *,
        cast(round(exposures_uncounted - (days_after - days_counted) * usual_day) as bigint) as delta_period,
        cast(round(viral_after - viral_before) as bigint) as delta_viral,
        cast(
            round(
                coalesce(
                    (posts_after - posts_before * cast(days_counted as double) / days_after) * per_post_before,
                    0
                )
            ) as bigint
        ) as delta_volume
    from measured

),

rested as (

    select
        *,
        delta_total - delta_period - delta_viral - delta_volume as delta_rest
    from parted

),

turned as (

    select
        rested.*,
        rules.growth_change_least,
        rules.volume_days_least,
        rules.total_alone_days_least,
        -- a turn that the exposures do not follow, or hardly, is chance
        coalesce(
            rested.growth_signals > 0
            and sign(rested.delta_rest) = sign(rested.own_growth_off)
            and abs(rested.delta_rest) >= rules.growth_change_least * rested.exposures_before,
            false
        ) as is_turn,
        rested.access_signals > 0 as is_accessed
    from rested
    cross join rules

),

compared as (

    select
        turned.*,
        coalesce(
            turned.is_turn
            and turned.peers > 0
            and abs(turned.peers_growth_off) >= rules.peers_share_least * abs(turned.own_growth_off)
            and sign(turned.peers_growth_off) = sign(turned.own_growth_off),
            false
        ) as is_shared
    from turned
    cross join rules

),

-- of what period, virality and number leave over, the platform takes what peers saw too and access the rest of it
explained as (

    select
        *,
        case
            when is_shared and is_accessed
                then cast(round(delta_rest * least(peers_growth_off / own_growth_off, 1)) as bigint)
            when is_shared then delta_rest
            else 0
        end as delta_platform
    from compared

)

select
    *,
    case when is_accessed then delta_rest - delta_platform else 0 end as delta_access,
    case when is_accessed then 0 else delta_rest - delta_platform end as delta_unexplained,
    volume_signals >= volume_days_least as is_volume_unusual
from explained
-- what only one or two days point at is chance
where
    period_signals + viral_signals + access_signals > 0
    -- a turn that only this account saw and that changed little of its week is chance too
    or (
        is_turn
        and (is_shared or abs(delta_total) >= growth_change_least * exposures_before)
    )
    or volume_signals >= volume_days_least
    or total_signals >= total_alone_days_least
