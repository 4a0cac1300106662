{{ config(materialized='view') }}

with

posts as (

    select * from {{ ref('int_x_posts_captured') }}

),

-- a retweet carries the counters of someone else's post: none of them is ours
owned as (

    select
        *,
        {% for counter in [
            'public_impression_count', 'organic_impression_count', 'organic_like_count', 'organic_reply_count',
            'organic_retweet_count', 'public_like_count', 'public_reply_count',
            'public_bookmark_count', 'public_retweet_count', 'public_quote_count', 'non_public_user_profile_clicks'
        ] %}
        case when not is_repost then {{ counter }} end as own_{{ counter }},
        {% endfor %}
        -- the counter is left out for a post without a link, which nobody can have clicked
        case
            when is_repost then cast(null as bigint)
            when link_url is null and non_public_impression_count is not null then 0
            else non_public_url_link_clicks
        end as own_link_clicks,
        case
            when is_repost then cast(null as bigint)
            when link_url is null and organic_impression_count is not null then 0
            else organic_url_link_clicks
        end as own_organic_link_clicks
    from posts

)

select
    account_id,
    post_id,
    captured_date,
    captured_at,
    published_at,
    is_repost,
    cast(null as bigint) as views_to_date,
    cast(null as bigint) as reach_to_date,
    own_public_impression_count as impressions_to_date,
    own_organic_impression_count as organic_impressions_to_date,
    cast(null as bigint) as promoted_views_to_date,
    own_public_like_count + own_public_reply_count + own_public_bookmark_count
    + own_public_retweet_count + own_public_quote_count as engagements_to_date,
    -- bookmarks and quotes are organic always
    own_organic_like_count + own_organic_reply_count + own_public_bookmark_count
    + own_organic_retweet_count + own_public_quote_count as organic_engagements_to_date,
    own_public_like_count as likes_to_date,
    own_public_reply_count as comments_to_date,
    own_public_bookmark_count as saves_to_date,
    cast(null as bigint) as shares_to_date,
    own_public_retweet_count as reposts_to_date,
    own_public_quote_count as quotes_to_date,
    own_non_public_user_profile_clicks as profile_visits_to_date,
    cast(own_link_clicks as bigint) as link_clicks_to_date,
    cast(own_organic_link_clicks as bigint) as organic_link_clicks_to_date,
    cast(null as bigint) as follows_to_date
from owned
