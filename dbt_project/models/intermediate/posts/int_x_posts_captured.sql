{{ config(materialized='view') }}

{% set counters = [
    'public_retweet_count', 'public_reply_count', 'public_like_count', 'public_quote_count', 'public_bookmark_count',
    'public_impression_count', 'non_public_impression_count', 'non_public_engagements',
    'non_public_user_profile_clicks', 'non_public_url_link_clicks', 'organic_impression_count', 'organic_like_count',
    'organic_reply_count', 'organic_retweet_count', 'organic_user_profile_clicks', 'organic_url_link_clicks',
    'promoted_impression_count', 'promoted_like_count', 'promoted_reply_count', 'promoted_retweet_count',
    'promoted_user_profile_clicks', 'promoted_url_link_clicks', 'non_organic_impression_count'
] %}

with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

posts as (

    select * from {{ ref('stg_x__posts') }}

),

captured as (

    select posts.*
    from posts
    inner join latest_captures
        on
            posts.account_id = latest_captures.account_id
            and posts.captured_date = latest_captures.window_date
            and posts.landing_file = latest_captures.landing_file

),

-- one row a post: the newest version of an edit chain, once
ranked as (

    select
        *,
        row_number() over (
            partition by account_id, first_native_post_id, captured_date
            order by
                captured_at desc,
                length(native_post_id) desc,
                native_post_id desc,
                public_impression_count desc
        ) as recency
    from captured

),

newest as (

    select * from ranked
    where recency = 1

),

-- each version counts for itself, and an older one stands still
versions as (

    select
        *,
        row_number() over (
            partition by account_id, native_post_id
            order by captured_date desc
        ) as lateness
    from captured
    where is_edited

),

older as (

    select
        newest.account_id,
        newest.first_native_post_id,
        {% for counter in counters %}
        sum(versions.{{ counter }}) as {{ counter }},
        {% endfor %}
        newest.captured_date
    from newest
    inner join versions
        on
            newest.account_id = versions.account_id
            and newest.first_native_post_id = versions.first_native_post_id
            and newest.native_post_id <> versions.native_post_id
            and newest.captured_date >= versions.captured_date
    where versions.lateness = 1
    group by
        newest.account_id,
        newest.first_native_post_id,
        newest.captured_date

)

select
    newest.account_id,
    'x:' || newest.first_native_post_id as post_id,
    newest.native_post_id,
    newest.first_native_post_id,
    newest.conversation_id,
    newest.in_reply_to_user_id,
    newest.text,
    newest.referenced_type,
    newest.media_type,
    newest.hashtags,
    newest.link_url,
    newest.withheld_countries,
    newest.paid_split_status,
    {% for counter in counters %}
    case
        when older.account_id is null then newest.{{ counter }}
        else cast(newest.{{ counter }} + older.{{ counter }} as bigint)
    end as {{ counter }},
    {% endfor %}
    newest.version_count,
    newest.is_repost,
    newest.is_edited,
    newest.is_withheld,
    newest.published_at,
    newest.captured_date,
    newest.captured_at,
    newest.landing_file
from newest
left join older
    on
        newest.account_id = older.account_id
        and newest.first_native_post_id = older.first_native_post_id
        and newest.captured_date = older.captured_date
