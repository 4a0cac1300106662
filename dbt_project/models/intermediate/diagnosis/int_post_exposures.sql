with

increments as (

    select * from {{ ref('int_post_increments') }}

),

snapshots as (

    select * from {{ ref('int_post_snapshots') }}

),

described as (

    select * from {{ ref('int_posts_described') }}

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

measured as (

    select
        increments.account_id,
        increments.post_id,
        increments.date,
        described.surface,
        described.format,
        cast(described.published_at as date) as published_utc_date,
        snapshots.age_hours,
        increments.days_covered,
        -- promoted displays are bought, not earned
        coalesce(increments.organic_impressions, increments.impressions, increments.views) as exposures,
        coalesce(
            snapshots.organic_impressions_to_date, snapshots.impressions_to_date, snapshots.views_to_date
        ) as exposures_to_date,
        snapshots.organic_engagements_to_date
    from increments
    inner join snapshots
        on
            increments.post_id = snapshots.post_id
            and increments.captured_date = snapshots.captured_date
    inner join described
        on increments.post_id = described.post_id
    where not increments.is_repost

)

select
    measured.account_id,
    measured.post_id,
    measured.date,
    {{ period_start('week', 'measured.date') }} as week_start,
    measured.surface,
    measured.format,
    measured.published_utc_date,
    measured.age_hours,
    cast(floor(measured.age_hours / rules.age_bin_hours) as bigint) as age_bin,
    measured.days_covered,
    measured.exposures,
    measured.exposures_to_date,
    case
        when
            measured.surface <> 'story'
            and measured.days_covered = 1
            and measured.age_hours < rules.growth_age_hours
            and measured.exposures >= 0
            and measured.exposures_to_date - measured.exposures >= rules.growth_exposure_least
            then ln(
                (cast(measured.exposures as double) + 1)
                / (cast(measured.exposures_to_date - measured.exposures as double) + 1)
            )
    end as growth_log,
    case
        when measured.surface <> 'story' and measured.age_hours < rules.viral_age_hours
            then ln(cast(measured.exposures_to_date as double) + 1)
    end as level_log,
    case
        when
            measured.surface <> 'story'
            and measured.age_hours < rules.viral_age_hours
            and measured.organic_engagements_to_date >= 0
            and measured.exposures_to_date >= 0
            then ln(
                (cast(measured.organic_engagements_to_date as double) + 1)
                / (cast(measured.exposures_to_date as double) + 1)
            )
    end as reaction_log
from measured
cross join rules
