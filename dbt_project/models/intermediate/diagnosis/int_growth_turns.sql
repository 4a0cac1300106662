with

ratings as (

    select * from {{ ref('int_exposure_ratings') }}

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

-- how posts grew on the two days from a turn on, here and at others of the platform who had no access of their own
grown as (

    select
        own.account_id,
        own.date,
        others.account_id as grown_account_id,
        max(case when others.following_net >= rules.follows_a_day then 1 else 0 end) as is_accessed,
        sum(others.growth_off) as growth_off
    from ratings as own
    cross join rules
    inner join ratings as others
        on
            own.platform = others.platform
            and others.date between own.date and {{ add_days('own.date', 1) }}
    where own.is_growth_unusual
    group by own.account_id, own.date, others.account_id

),

panels as (

    select
        account_id,
        date,
        max(case when account_id = grown_account_id then growth_off end) as own_growth_off,
        median(case when account_id <> grown_account_id and is_accessed = 0 then growth_off end) as peers_growth_off
    from grown
    group by account_id, date

),

accesses as (

    select
        ratings.account_id,
        ratings.date
    from ratings
    cross join rules
    where ratings.following_net >= rules.follows_a_day

)

-- a turn that neither the others nor an access confirms has to be far out, lest chance begins or lengthens an incident
select
    ratings.account_id,
    ratings.date,
    ratings.growth_off / ratings.growth_spread as strength
from ratings
cross join rules
left join panels
    on
        ratings.account_id = panels.account_id
        and ratings.date = panels.date
left join accesses
    on
        ratings.account_id = accesses.account_id
        and accesses.date between {{ add_days('ratings.date', -2) }} and {{ add_days('ratings.date', 2) }}
where
    ratings.is_growth_unusual
    and not ratings.is_uncounted
    -- what was not counted is made good within two days, and that is no news
    and (
        ratings.last_uncounted_date is null
        or ratings.last_uncounted_date < {{ add_days('ratings.date', -2) }}
    )
group by ratings.account_id, ratings.date, ratings.growth_off, ratings.growth_spread
having
    abs(ratings.growth_off) >= max(rules.growth_alone_z) * ratings.growth_spread
    or count(accesses.date) > 0
    or max(panels.peers_growth_off * sign(panels.own_growth_off))
    >= max(rules.peers_share_least) * max(abs(panels.own_growth_off))
