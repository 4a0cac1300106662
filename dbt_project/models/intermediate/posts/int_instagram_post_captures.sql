{{ config(materialized='view') }}

with

posts as (

    select * from {{ ref('int_instagram_posts_captured') }}

),

media_insights as (

    select * from {{ ref('stg_instagram__media_insights') }}

),

story_insights as (

    select * from {{ ref('stg_instagram__story_insights') }}

),

insights as (

    select * from media_insights

    union all

    select * from story_insights

),

pivoted as (

    select
        account_id,
        media_id,
        captured_date,
        landing_file,
        {% for metric in [
            'views', 'total_views', 'reach', 'total_interactions', 'likes', 'comments', 'saved', 'shares',
            'reposts', 'profile_visits', 'follows', 'link_clicks'
        ] %}
        cast(max(case when metric = '{{ metric }}' then value end) as bigint) as {{ metric }},
        {% endfor %}
        cast(count(*) as bigint) as insight_count
    from insights
    where dimension is null
    group by account_id, media_id, captured_date, landing_file

)

select
    posts.account_id,
    posts.post_id,
    posts.captured_date,
    posts.captured_at,
    posts.published_at,
    cast(false as boolean) as is_repost,
    pivoted.views as views_to_date,
    pivoted.reach as reach_to_date,
    cast(null as bigint) as impressions_to_date,
    cast(null as bigint) as organic_impressions_to_date,
    -- total_views counts promoted views too, views does not
    coalesce(pivoted.total_views, posts.total_views_count) - pivoted.views as promoted_views_to_date,
    pivoted.total_interactions as engagements_to_date,
    pivoted.total_interactions as organic_engagements_to_date,
    coalesce(pivoted.likes, posts.like_count) as likes_to_date,
    coalesce(pivoted.comments, posts.comments_count) as comments_to_date,
    coalesce(pivoted.saved, posts.saved_count) as saves_to_date,
    coalesce(pivoted.shares, posts.shares_count) as shares_to_date,
    coalesce(pivoted.reposts, posts.reposts_count) as reposts_to_date,
    cast(null as bigint) as quotes_to_date,
    pivoted.profile_visits as profile_visits_to_date,
    pivoted.link_clicks as link_clicks_to_date,
    pivoted.link_clicks as organic_link_clicks_to_date,
    pivoted.follows as follows_to_date
from posts
left join pivoted
    on
        posts.account_id = pivoted.account_id
        and posts.native_post_id = pivoted.media_id
        and posts.captured_date = pivoted.captured_date
        and posts.landing_file = pivoted.landing_file
