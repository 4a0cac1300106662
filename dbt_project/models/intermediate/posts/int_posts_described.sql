with

instagram_posts as (

    select * from {{ ref('int_instagram_posts_captured') }}

),

x_posts as (

    select * from {{ ref('int_x_posts_captured') }}

),

latest_captures as (

    select * from {{ ref('int_latest_captures') }}
    where source = 'instagram' and stream = 'media'

),

refusals as (

    select * from {{ ref('stg_x__post_refusals') }}

),

-- a list of media is whole: what the next one lacks was deleted or archived in between
listings as (

    select
        account_id,
        window_date as listed_date,
        lead(window_date) over (
            partition by account_id
            order by window_date
        ) as next_listed_date
    from latest_captures

),

x_withdrawn as (

    select
        account_id,
        native_post_id,
        min(captured_date) as withdrawn_date
    from refusals
    where null_reason = 'withdrawn'
    group by
        account_id,
        native_post_id

),

instagram_latest as (

    select
        *,
        row_number() over (
            partition by post_id
            order by captured_date desc
        ) as newness
    from instagram_posts

),

x_latest as (

    select
        *,
        row_number() over (
            partition by post_id
            order by captured_date desc
        ) as newness
    from x_posts

),

-- a thread is a conversation in which the account answers itself
x_threaded as (

    select
        *,
        coalesce(account_id = 'x:' || in_reply_to_user_id, false) as is_self_reply,
        max(case when account_id = 'x:' || in_reply_to_user_id then 1 else 0 end) over (
            partition by account_id, conversation_id
        ) as has_self_reply
    from x_latest
    where newness = 1

),

unioned as (

    select
        post_id,
        account_id,
        'instagram' as platform,
        native_post_id,
        published_at,
        case when is_story then 'story' else media_product_type end as surface,
        case
            when is_story then 'story'
            when media_product_type = 'reels' then 'reel'
            when media_type = 'CAROUSEL_ALBUM' then 'carousel'
            when media_type = 'VIDEO' then 'video'
            else 'image'
        end as format,
        true as has_media,
        {{ hashtags_of('caption') }} as hashtags,
        cast(null as {{ dbt.type_string() }}) as link_url,
        permalink,
        caption as text,
        false as is_repost,
        false as is_reply,
        captured_at as last_captured_at,
        captured_date as last_captured_date
    from instagram_latest
    where newness = 1

    union all

    select
        post_id,
        account_id,
        'x' as platform,
        native_post_id,
        published_at,
        'timeline' as surface,
        case
            when
                not is_repost
                and has_self_reply = 1
                and (is_self_reply or in_reply_to_user_id is null)
                then 'thread'
            when media_type in ('video', 'animated_gif') then 'video'
            when media_type = 'photo' then 'image'
            else 'text'
        end as format,
        media_type is not null as has_media,
        coalesce(hashtags, '') as hashtags,
        link_url,
        cast(null as {{ dbt.type_string() }}) as permalink,
        -- the words of a repost are someone else's
        case when not is_repost then text end as text,
        is_repost,
        in_reply_to_user_id is not null and not is_self_reply as is_reply,
        captured_at as last_captured_at,
        captured_date as last_captured_date
    from x_threaded

)

select
    unioned.*,
    -- a story ends by itself
    case
        when unioned.platform = 'x' then x_withdrawn.withdrawn_date
        when unioned.format <> 'story' then listings.next_listed_date
    end as withdrawn_date
from unioned
left join listings
    on
        unioned.account_id = listings.account_id
        and unioned.last_captured_date = listings.listed_date
left join x_withdrawn
    on
        unioned.account_id = x_withdrawn.account_id
        and unioned.native_post_id = x_withdrawn.native_post_id
