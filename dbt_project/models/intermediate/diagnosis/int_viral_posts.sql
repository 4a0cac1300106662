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
        exp(post_exposures.reaction_log - norms.reaction_median) as reaction_times,
        norms.level_spread
    from post_exposures
    inner join norms
        on
            post_exposures.account_id = norms.account_id
            and post_exposures.week_start = norms.week_start
            and post_exposures.age_bin = norms.age_bin

),

-- strangers react less than those who follow: a post that is seen much and answered little is among them
found as (

    select
        compared.*,
        row_number() over (
            partition by compared.post_id
            order by compared.date
        ) as sighting
    from compared
    cross join rules
    where
        (
            compared.level_off >= rules.viral_z * compared.level_spread
            and compared.level_off >= ln(rules.viral_times_least)
        )
        or (
            compared.level_off >= rules.strangers_z * compared.level_spread
            and compared.level_off >= ln(rules.strangers_times_least)
            and compared.reaction_times <= rules.strangers_reaction_most
        )

)

select
    account_id,
    post_id,
    published_utc_date,
    date as seen_date,
    exposures_to_date,
    usual_exposures,
    level_off / nullif(level_spread, 0) as z_robust
from found
where sighting = 1
