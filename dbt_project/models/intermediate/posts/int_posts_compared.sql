{% set marks = [(24, '24h'), (48, '48h'), (168, '7d')] %}

with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

posts as (

    select * from {{ ref('int_posts_described') }}
    where not is_repost

),

snapshots as (

    select * from {{ ref('int_post_snapshots') }}

),

follower_days as (

    select * from {{ ref('int_follower_days') }}

),

last_captures as (

    select
        post_id,
        max(captured_date) as captured_date
    from snapshots
    group by post_id

),

latest as (

    select snapshots.*
    from snapshots
    inner join last_captures
        on
            snapshots.post_id = last_captures.post_id
            and snapshots.captured_date = last_captures.captured_date

),

-- the capture nearest to an age, at most half a day off; nothing is interpolated
near as (

    {% for hours, name in marks %}
    select
        post_id,
        '{{ name }}' as mark,
        age_hours,
        coalesce(views_to_date, impressions_to_date) as exposure,
        engagements_to_date as engagements,
        row_number() over (
            partition by post_id
            order by
                abs(age_hours - {{ hours }}),
                captured_date
        ) as nearness
    from snapshots
    where age_hours between {{ hours - 12 }} and {{ hours + 12 }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

aged as (

    select
        post_id,
        {% for _, name in marks %}
        {% for column in ['age_hours', 'exposure', 'engagements'] %}
        max(case when mark = '{{ name }}' then {{ column }} end) as {{ column }}_{{ name }},
        {% endfor %}
        {% endfor %}
        cast(count(*) as bigint) as mark_count
    from near
    where nearness = 1
    group by post_id

),

-- the level at the end of a day before the post was published, at most a week before
follower_reads as (

    select
        posts.post_id,
        follower_days.followers,
        follower_days.date,
        row_number() over (
            partition by posts.post_id
            order by follower_days.date desc
        ) as newness
    from posts
    inner join follower_days
        on
            posts.account_id = follower_days.account_id
            and follower_days.date >= {{ add_days('cast(posts.published_at as date)', -8) }}
            and follower_days.date < cast(posts.published_at as date)
    where follower_days.followers is not null

),

localised as (

    select
        posts.*,
        accounts.brand_id,
        {{ local_time('posts.published_at', 'accounts.brand_zone') }} as published_local
    from posts
    inner join accounts
        on posts.account_id = accounts.account_id

)

select
    localised.post_id,
    localised.account_id,
    localised.brand_id,
    localised.platform,
    localised.format,
    localised.hashtags,
    localised.link_url,
    localised.is_reply,
    localised.published_at,
    cast(localised.published_local as date) as published_date,
    {{ period_start('week', 'cast(localised.published_local as date)') }} as published_week,
    {{ iso_weekday('cast(localised.published_local as date)') }} as published_weekday,
    cast(extract(hour from localised.published_local) as bigint) as published_hour,
    case when localised.platform = 'instagram' then 'views' else 'impressions' end as exposure_metric_id,
    follower_reads.followers as followers_at_post,
    follower_reads.date as followers_date,
    latest.captured_at,
    latest.age_hours,
    coalesce(latest.views_to_date, latest.impressions_to_date) as exposure_to_date,
    latest.views_to_date,
    latest.reach_to_date,
    latest.impressions_to_date,
    latest.organic_impressions_to_date,
    latest.promoted_views_to_date,
    latest.engagements_to_date,
    latest.organic_engagements_to_date,
    latest.likes_to_date,
    latest.comments_to_date,
    latest.saves_to_date,
    latest.shares_to_date,
    latest.reposts_to_date,
    latest.quotes_to_date,
    latest.profile_visits_to_date,
    latest.link_clicks_to_date,
    latest.follows_to_date,
{% for _, name in marks %}
aged.age_hours_{{ name }},
aged.exposure_{{ name }},
aged.engagements_{{ name }}{{ ',' if not loop.last }}
{% endfor %}
from localised
inner join latest
    on localised.post_id = latest.post_id
left join aged
    on localised.post_id = aged.post_id
left join follower_reads
    on
        localised.post_id = follower_reads.post_id
        and follower_reads.newness = 1
