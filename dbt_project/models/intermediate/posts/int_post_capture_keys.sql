{{ config(materialized='view') }}

-- Which captures there are, without their counters: cheap to count, so that the incremental models can ask
-- which months changed.
with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

instagram_posts as (

    select * from {{ ref('int_instagram_posts_captured') }}

),

x_posts as (

    select * from {{ ref('int_x_posts_captured') }}

),

unioned as (

    select
        post_id,
        account_id,
        captured_date,
        captured_at
    from instagram_posts

    union all

    select
        post_id,
        account_id,
        captured_date,
        captured_at
    from x_posts

)

select
    *,
    {{ period_start('month', 'captured_date') }} as captured_month
from unioned
-- an account that has left the list leaves with its posts
where account_id in (select accounts.account_id from accounts)
