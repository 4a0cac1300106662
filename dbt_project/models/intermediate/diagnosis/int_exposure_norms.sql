with

post_exposures as (

    select * from {{ ref('int_post_exposures') }}

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

weeks as (

    select
        account_id,
        week_start
    from post_exposures
    group by account_id, week_start

),

-- what was known before the week began
earlier as (

    select
        weeks.account_id,
        weeks.week_start,
        post_exposures.age_bin,
        post_exposures.growth_log,
        post_exposures.level_log,
        post_exposures.reaction_log,
        rules.posts_least,
        rules.viral_posts_least,
        rules.viral_spread_least
    from weeks
    cross join rules
    inner join post_exposures
        on
            weeks.account_id = post_exposures.account_id
            and weeks.week_start > post_exposures.date
            and post_exposures.date >= {{ add_days('weeks.week_start', '-rules.history_days') }}
    where post_exposures.growth_log is not null or post_exposures.level_log is not null

),

medians as (

    select
        account_id,
        week_start,
        age_bin,
        case when count(growth_log) >= max(posts_least) then median(growth_log) end as growth_median,
        case when count(level_log) >= max(posts_least) then median(level_log) end as level_median,
        case when count(reaction_log) >= max(posts_least) then median(reaction_log) end as reaction_median
    from earlier
    group by account_id, week_start, age_bin

),

-- one spread for all ages: the posts of one age alone are too few for it
spreads as (

    select
        earlier.account_id,
        earlier.week_start,
        case
            when count(earlier.level_log) >= max(earlier.viral_posts_least)
                then greatest(
                    1.4826 * median(abs(earlier.level_log - medians.level_median)),
                    max(earlier.viral_spread_least)
                )
        end as level_spread
    from earlier
    inner join medians
        on
            earlier.account_id = medians.account_id
            and earlier.week_start = medians.week_start
            and earlier.age_bin = medians.age_bin
    group by earlier.account_id, earlier.week_start

)

select
    medians.account_id,
    medians.week_start,
    medians.age_bin,
    medians.growth_median,
    medians.level_median,
    medians.reaction_median,
    spreads.level_spread
from medians
inner join spreads
    on
        medians.account_id = spreads.account_id
        and medians.week_start = spreads.week_start
