with

incidents as (

    select * from {{ ref('int_impression_incidents') }}

),

ratings as (

    select * from {{ ref('int_exposure_ratings') }}

),

viral_posts as (

    select * from {{ ref('int_viral_posts') }}

),

post_exposures as (

    select * from {{ ref('int_post_exposures') }}

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

weeks_back as (

    {% for weeks in range(0, 5) %}
    select {{ weeks }} as weeks_back
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- what a viral post brought beyond what a post of its age usually brings
excesses as (

    select
        post_exposures.account_id,
        post_exposures.date,
        sum(
            cast(post_exposures.exposures as double)
            * (1 - viral_posts.usual_exposures / viral_posts.exposures_to_date)
        ) as viral_excess
    from viral_posts
    inner join post_exposures
        on viral_posts.post_id = post_exposures.post_id
    group by post_exposures.account_id, post_exposures.date

),

-- a day of the incident beside the same weekday of the four weeks before it
matched as (

    select
        incidents.account_id,
        incidents.incident_start,
        weeks_back.weeks_back = 0 as is_after,
        weeks_back.weeks_back > 0 and not ratings.is_uncounted and ratings.exposures is not null as is_before,
        ratings.exposures,
        ratings.posts_published,
        ratings.is_uncounted,
        coalesce(excesses.viral_excess, 0) as viral_excess
    from incidents
    cross join weeks_back
    inner join ratings
        on
            incidents.account_id = ratings.account_id
            and {{ add_days('ratings.date', '7 * weeks_back.weeks_back') }} between
            incidents.incident_start
            and least(incidents.incident_end, {{ add_days('incidents.incident_start', 6) }})
    left join excesses
        on
            ratings.account_id = excesses.account_id
            and ratings.date = excesses.date

),

summed as (

    select
        account_id,
        incident_start,
        count(case when is_after then 1 end) as days_after,
        count(case when is_after and not is_uncounted then 1 end) as days_counted,
        sum(case when is_after then exposures end) as exposures_after,
        sum(case when is_after and is_uncounted then exposures end) as exposures_uncounted,
        sum(case when is_after then viral_excess end) as viral_after,
        sum(case when is_after and not is_uncounted then posts_published end) as posts_after,
        count(case when is_before then 1 end) as days_before,
        sum(case when is_before then exposures end) as exposures_before,
        sum(case when is_before then viral_excess end) as viral_before,
        sum(case when is_before then posts_published end) as posts_before
    from matched
    group by account_id, incident_start

),

-- the days before, scaled to as many days as the incident has
scaled as (

    select
        *,
        cast(days_after as double) / nullif(days_before, 0) as scale
    from summed

),

peers as (

    select
        incidents.account_id,
        incidents.incident_start,
        ratings.account_id as rated_account_id,
        max(case when ratings.following_net >= rules.follows_a_day then 1 else 0 end) as is_accessed,
        case
            when count(case when ratings.is_uncounted then 1 end) = 0 then sum(ratings.growth_off)
        end as growth_off
    from incidents
    cross join rules
    inner join ratings as own
        on
            incidents.account_id = own.account_id
            and incidents.growth_date = own.date
    inner join ratings
        on
            own.platform = ratings.platform
            and ratings.date between incidents.growth_date and {{ add_days('incidents.growth_date', 1) }}
    group by incidents.account_id, incidents.incident_start, ratings.account_id

),

panels as (

    select
        account_id,
        incident_start,
        max(case when account_id = rated_account_id then growth_off end) as own_growth_off,
        cast(
            count(case when account_id <> rated_account_id and is_accessed = 0 then growth_off end) as bigint
        ) as peers,
        median(case when account_id <> rated_account_id and is_accessed = 0 then growth_off end) as peers_growth_off
    from peers
    group by account_id, incident_start

)

select
    incidents.*,
    scaled.days_after,
    scaled.days_counted,
    scaled.days_before,
    coalesce(scaled.exposures_after, 0) as exposures_after,
    coalesce(scaled.exposures_uncounted, 0) as exposures_uncounted,
    scaled.exposures_before * scaled.scale as exposures_before,
    scaled.viral_after,
    scaled.viral_before * scaled.scale as viral_before,
    scaled.posts_after,
    scaled.posts_before * scaled.scale as posts_before,
    panels.own_growth_off,
    coalesce(panels.peers, 0) as peers,
    panels.peers_growth_off
from incidents
inner join scaled
    on
        incidents.account_id = scaled.account_id
        and incidents.incident_start = scaled.incident_start
left join panels
    on
        incidents.account_id = panels.account_id
        and incidents.incident_start = panels.incident_start
where scaled.days_before > 0
