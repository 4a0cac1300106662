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

),

-- the same post is found again in every later capture
posts as (

    select
        found.account_id,
        found.hashtag,
        found.post_id,
        cast(min(found.published_at) as date) as date,
        max(found.author_key) as author_key,
        max(case when own_posts.post_id is not null then 1 else 0 end) as is_own
    from found
    left join own_posts
        on found.post_id = own_posts.post_id
    group by found.account_id, found.hashtag, found.post_id

)

select
    posts.account_id,
    posts.hashtag,
    posts.date,
    max(accounts.brand_id) as brand_id,
    max(accounts.platform) as platform,
    cast(count(case when posts.is_own = 0 then 1 end) as bigint) as posts,
    -- one post without an author and nobody can say how many there were
    case
        when count(case when posts.is_own = 0 then 1 end) = count(case when posts.is_own = 0 then posts.author_key end)
            then cast(count(distinct case when posts.is_own = 0 then posts.author_key end) as bigint)
    end as authors,
    cast(sum(posts.is_own) as bigint) as own_posts_excluded,
    case
        when count(case when posts.is_own = 0 then 1 end) > count(case when posts.is_own = 0 then posts.author_key end)
            then 'not_offered'
    end as authors_null_reason
from posts
inner join accounts
    on posts.account_id = accounts.account_id
group by posts.account_id, posts.hashtag, posts.date
