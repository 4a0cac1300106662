with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

hashtags as (

    select * from {{ ref('hashtags') }}

),

own_posts as (

    select * from {{ ref('int_posts_described') }}

),

hashtag_media as (

    select * from {{ ref('stg_instagram__hashtag_media') }}

),

tagged_media as (

    select * from {{ ref('stg_instagram__tagged_media') }}

),

mentions as (

    select * from {{ ref('stg_x__mentions') }}

),

-- what was found, by the hashtag it was found by; a mention or a tag needs none
found as (

    select
        account_id,
        'instagram:' || media_id as post_id,
        lower(hashtag) as hashtag,
        cast(null as {{ dbt.type_string() }}) as author_key,
        published_at
    from hashtag_media

    union all

    select
        account_id,
        'instagram:' || media_id as post_id,
        '(mention)' as hashtag,
        author_key,
        published_at
    from tagged_media

    union all

    select
        account_id,
        'x:' || native_post_id as post_id,
        '(mention)' as hashtag,
        author_key,
        published_at
    from mentions

    union all

    select
        mentions.account_id,
        'x:' || mentions.native_post_id as post_id,
        hashtags.hashtag,
        mentions.author_key,
        mentions.published_at
    from mentions
    inner join accounts
        on mentions.account_id = accounts.account_id
    inner join hashtags
        on
            accounts.brand_id = hashtags.brand_id
            and ' ' || lower(mentions.hashtags) || ' ' like '% ' || hashtags.hashtag || ' %'

    union all

    -- own posts under a hashtag of the brand are no word of others
    select
        own_posts.account_id,
        own_posts.post_id,
        hashtags.hashtag,
        cast(null as {{ dbt.type_string() }}) as author_key,
        own_posts.published_at
    from own_posts
    inner join accounts
        on own_posts.account_id = accounts.account_id
    inner join hashtags
        on
            accounts.brand_id = hashtags.brand_id
            and ' ' || own_posts.hashtags || ' ' like '% ' || hashtags.hashtag || ' %'
    where not own_posts.is_repost

)

-- the same post is found again in every later capture
select
    found.account_id,
    found.hashtag,
    found.post_id,
    cast(min(found.published_at) as date) as date,
    max({{ epoch_s('found.published_at') }}) as published_s,
    max(found.author_key) as author_key,
    max(case when own_posts.post_id is not null then 1 else 0 end) as is_own
from found
left join own_posts
    on found.post_id = own_posts.post_id
group by found.account_id, found.hashtag, found.post_id
