-- X tells private figures for 30 days, a story lives for one: what no capture met towards that end is lost for good
with

posts as (

    select * from {{ ref('stg_x__posts') }}

),

refusals as (

    select * from {{ ref('stg_x__post_refusals') }}

),

loads as (

    select * from {{ ref('stg_registry__loads') }}

),

withdrawn as (

    select distinct
        account_id,
        native_post_id
    from refusals
    where null_reason = 'withdrawn'

),

-- the versions of an edited post are one post, read under the id of the last
last_readings as (

    select
        posts.account_id,
        posts.first_native_post_id,
        min(posts.published_at) as published_at,
        max(posts.captured_at) as last_read_at,
        max(case when withdrawn.native_post_id is not null then 1 else 0 end) as is_withdrawn
    from posts
    left join withdrawn
        on
            posts.account_id = withdrawn.account_id
            and posts.native_post_id = withdrawn.native_post_id
    where not posts.is_repost
    group by posts.account_id, posts.first_native_post_id

),

last_captures as (

    select
        account_id,
        max(captured_at) as captured_at
    from loads
    where stream = 'posts' and status = 'loaded'
    group by account_id

),

-- read on neither of its last two days, as those are counted by the connector
ended_posts as (

    select
        last_readings.account_id,
        {{ add_days('cast(last_readings.published_at as date)', 30) }} as date
    from last_readings
    inner join last_captures on last_readings.account_id = last_captures.account_id
    where
        last_readings.is_withdrawn = 0
        and {{ epoch_s('last_captures.captured_at') }} - {{ epoch_s('last_readings.published_at') }} > 30 * 86400
        and {{ epoch_s('last_readings.last_read_at') }} - {{ epoch_s('last_readings.published_at') }} < 289 * 8640

),

story_captures as (

    select
        account_id,
        captured_at,
        lag(captured_at) over (
            partition by account_id
            order by captured_at
        ) as previous_at
    from loads
    where source = 'instagram' and stream = 'stories' and status = 'loaded'

),

ended as (

    select
        account_id,
        date
    from ended_posts

    union all

    -- a story that ended in a longer hole was never seen, if there was one
    select
        account_id,
        cast(captured_at as date) as date
    from story_captures
    where {{ epoch_s('captured_at') }} - {{ epoch_s('previous_at') }} > 86400

)

select
    account_id,
    date,
    cast(count(*) as bigint) as expired_unseen
from ended
group by account_id, date
