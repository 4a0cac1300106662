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
        *,
        false as is_story
    from media

    union all

    select
        *,
        true as is_story
    from stories

),

-- the API repeats a post across pages now and then
ranked as (

    select
        unioned.*,
        row_number() over (
            partition by unioned.account_id, unioned.media_id, unioned.captured_date
            order by
                unioned.captured_at desc,
                unioned.is_story asc,
                unioned.like_count desc,
                unioned.comments_count desc
        ) as recency
    from unioned
    inner join latest_captures
        on
            unioned.account_id = latest_captures.account_id
            and unioned.captured_date = latest_captures.window_date
            and unioned.landing_file = latest_captures.landing_file
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
    comments_count
from ranked
where recency = 1
