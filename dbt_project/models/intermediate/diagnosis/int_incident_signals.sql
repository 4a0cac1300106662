with

ratings as (

    select * from {{ ref('int_exposure_ratings') }}

),

viral_posts as (

    select * from {{ ref('int_viral_posts') }}

),

growth_turns as (

    select * from {{ ref('int_growth_turns') }}

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
        -- a bunch of posts is chance more often than a gap
        greatest(
            ratings.posts_spread * sqrt(cast(spans.span_days as double) / 7),
            sqrt(ratings.posts_median * spans.span_days / 7) * case spans.span_days
                {% for days in range(4, 8) %}
                when {{ days }}
                    then
                        case
                            when ratings.posts_in_{{ days }} > ratings.posts_median * {{ days }} / 7
                                then rules.volume_roots_more
                            else rules.volume_roots_fewer
                        end
                {% endfor %}
            end
        ) as posts_spread
    from ratings
    cross join spans
    cross join rules
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
        strength
    from growth_turns

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
