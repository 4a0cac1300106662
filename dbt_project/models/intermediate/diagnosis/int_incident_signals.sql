with

ratings as (

    select * from {{ ref('int_exposure_ratings') }}

),

viral_posts as (

    select * from {{ ref('int_viral_posts') }}

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

spans as (

    {% for days in range(4, 8) %}
    select {{ days }} as span_days
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

volumes as (

    select
        ratings.account_id,
        ratings.date,
        spans.span_days,
        case spans.span_days
            {% for days in range(4, 8) %}
            when {{ days }} then ratings.posts_in_{{ days }}
            {% endfor %}
        end as posts,
        ratings.posts_median * spans.span_days / 7 as posts_usual,
        -- counts vary by their root at least half
        greatest(
            ratings.posts_spread * sqrt(cast(spans.span_days as double) / 7),
            sqrt(ratings.posts_median * spans.span_days / 7) / 2
        ) as posts_spread
    from ratings
    cross join spans
    where ratings.posts_spread is not null and ratings.posts_median > 0

),

volumes_ranked as (

    select
        volumes.*,
        row_number() over (
            partition by volumes.account_id, volumes.date
            order by volumes.span_days
        ) as place
    from volumes
    cross join rules
    where
        abs(volumes.posts - volumes.posts_usual) >= rules.volume_z * volumes.posts_spread
        and abs(volumes.posts - volumes.posts_usual) >= rules.volume_change_least * volumes.posts_usual

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

),

-- a turn that neither the others nor an access confirms has to be far out, lest chance begins or lengthens an incident
turns as (

    select
        ratings.account_id,
        ratings.date,
        ratings.growth_off,
        ratings.growth_spread
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

),

signals as (

    select
        account_id,
        'period' as cut,
        date as first_date,
        date as last_date,
        growth_off as strength
    from ratings
    where is_uncounted

    union all

    select
        account_id,
        'viral' as cut,
        published_utc_date as first_date,
        greatest(seen_date, {{ add_days('published_utc_date', 2) }}) as last_date,
        z_robust as strength
    from viral_posts

    union all

    select
        volumes_ranked.account_id,
        'volume' as cut,
        {{ add_days('volumes_ranked.date', '1 - volumes_ranked.span_days') }} as first_date,
        volumes_ranked.date as last_date,
        (volumes_ranked.posts - volumes_ranked.posts_usual) / volumes_ranked.posts_spread as strength
    from volumes_ranked
    where volumes_ranked.place = 1

    union all

    select
        account_id,
        'growth' as cut,
        date as first_date,
        date as last_date,
        growth_off / growth_spread as strength
    from turns

    union all

    select
        ratings.account_id,
        'access' as cut,
        ratings.date as first_date,
        ratings.date as last_date,
        cast(ratings.following_net as double) as strength
    from ratings
    cross join rules
    where ratings.following_net >= rules.follows_a_day

    union all

    select
        ratings.account_id,
        'total' as cut,
        ratings.date as first_date,
        ratings.date as last_date,
        ratings.change_off as strength
    from ratings
    cross join rules
    where
        abs(ratings.change_off) >= rules.total_z * ratings.change_spread
        and abs(exp(ratings.change_off) - 1) >= rules.total_change_least

)

select * from signals
