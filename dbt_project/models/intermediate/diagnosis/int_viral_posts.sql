with

post_exposures as (

    select * from {{ ref('int_post_exposures') }}

),

norms as (

    select * from {{ ref('int_exposure_norms') }}

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

compared as (

    select
        post_exposures.account_id,
        post_exposures.post_id,
        post_exposures.published_utc_date,
        post_exposures.date,
        post_exposures.exposures_to_date,
        exp(norms.level_median) as usual_exposures,
        post_exposures.level_log - norms.level_median as level_off,
        norms.level_spread,
        row_number() over (
            partition by post_exposures.post_id
            order by post_exposures.date
        ) as sighting
    from post_exposures
    inner join norms
        on
            post_exposures.account_id = norms.account_id
            and post_exposures.week_start = norms.week_start
            and post_exposures.age_bin = norms.age_bin
    cross join rules
    where
        post_exposures.level_log - norms.level_median >= rules.viral_z * norms.level_spread
        and post_exposures.level_log - norms.level_median >= ln(rules.viral_times_least)

)

select
    account_id,
    post_id,
    published_utc_date,
    date as seen_date,
    exposures_to_date,
    usual_exposures,
    level_off / nullif(level_spread, 0) as z_robust
from compared
where sighting = 1
