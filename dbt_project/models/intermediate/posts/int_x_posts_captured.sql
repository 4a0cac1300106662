{{ config(materialized='view') }}

with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

posts as (

    select * from {{ ref('stg_x__posts') }}

),

-- one row a post: the newest version of an edit chain, once
ranked as (

    select
        posts.*,
        row_number() over (
            partition by posts.account_id, posts.first_native_post_id, posts.captured_date
            order by
                posts.captured_at desc,
                length(posts.native_post_id) desc,
                posts.native_post_id desc,
                posts.public_impression_count desc
        ) as recency
    from posts
    inner join latest_captures
        on
            posts.account_id = latest_captures.account_id
            and posts.captured_date = latest_captures.window_date
            and posts.landing_file = latest_captures.landing_file

)

select
    *,
    'x:' || first_native_post_id as post_id
from ranked
where recency = 1
