{{ config(materialized='view') }}

with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

media as (

    select * from {{ ref('stg_instagram__media') }}

),

stories as (

    select * from {{ ref('stg_instagram__stories') }}

),

unioned as (

    select
        media.*,
        false as is_story
    from media
    inner join latest_captures
        on
            media.account_id = latest_captures.account_id
            and media.captured_date = latest_captures.window_date
            and media.landing_file = latest_captures.landing_file

    union all

    -- a story that is gone by the last capture of a day was there in an earlier one
    select
        *,
        true as is_story
    from stories

),

-- the API repeats a post across pages now and then
ranked as (

    select
        *,
        row_number() over (
            partition by account_id, media_id, captured_date
            order by
                captured_at desc,
                is_story asc,
                like_count desc,
                comments_count desc
        ) as recency
    from unioned

)

select
    account_id,
    'instagram:' || media_id as post_id,
    media_id as native_post_id,
    captured_date,
    captured_at,
    landing_file,
    published_at,
    caption,
    media_type,
    lower(media_product_type) as media_product_type,
    is_story,
    permalink,
    like_count,
    comments_count,
    slide_count,
    is_shared_to_feed,
    saved_count,
    shares_count,
    reposts_count,
    total_views_count
from ranked
where recency = 1
