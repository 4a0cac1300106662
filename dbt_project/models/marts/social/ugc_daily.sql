{# Posts within so many hours of each other make a surge; a window of SQL takes no column. #}
{% set surge_hours = 3 %}

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

rules as (

    {{ rules_in_force('performance_rules') }}

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
        max({{ epoch_s('found.published_at') }}) as published_s,
        max(found.author_key) as author_key,
        max(case when own_posts.post_id is not null then 1 else 0 end) as is_own
    from found
    left join own_posts
        on found.post_id = own_posts.post_id
    group by found.account_id, found.hashtag, found.post_id

),

spanned as (

    select
        *,
        sum(1 - is_own) over (
            partition by account_id, hashtag
            order by published_s
            range between {{ 3600 * surge_hours }} preceding and current row
        ) as posts_within_hours
    from posts

),

days as (

    select
        spanned.account_id,
        spanned.hashtag,
        spanned.date,
        max(accounts.brand_id) as brand_id,
        max(accounts.platform) as platform,
        cast(sum(1 - spanned.is_own) as bigint) as posts,
        count(case when spanned.is_own = 0 then spanned.author_key end) as posts_with_author,
        count(distinct case when spanned.is_own = 0 then spanned.author_key end) as authors,
        cast(sum(spanned.is_own) as bigint) as own_posts_excluded,
        cast(max(spanned.posts_within_hours) as bigint) as posts_within_hours
    from spanned
    inner join accounts
        on spanned.account_id = accounts.account_id
    group by spanned.account_id, spanned.hashtag, spanned.date

),

-- what was usual before, of days on which somebody posted at all
usual as (

    select
        today.account_id,
        today.hashtag,
        today.date,
        cast(median(earlier.posts_within_hours) as double) as posts_within_hours_median
    from days as today
    cross join rules
    inner join days as earlier
        on
            today.account_id = earlier.account_id
            and today.hashtag = earlier.hashtag
            and today.date > earlier.date
            and earlier.posts > 0
            and earlier.date >= {{ add_days('today.date', '-rules.history_days') }}
    group by today.account_id, today.hashtag, today.date

)

select
    days.account_id,
    days.hashtag,
    days.date,
    days.brand_id,
    days.platform,
    days.posts,
    -- one post without an author and nobody can say how many there were
    case when days.posts = days.posts_with_author then cast(days.authors as bigint) end as authors,
    days.own_posts_excluded,
    case when days.posts > days.posts_with_author then 'not_offered' end as authors_null_reason,
    days.posts_within_hours,
    usual.posts_within_hours_median,
    days.posts_within_hours >= rules.surge_posts_least
    and days.posts_within_hours
    >= rules.surge_times_least * coalesce(usual.posts_within_hours_median, 0) as is_surge,
    cast(null as double) as sentiment,
    'no_source' as sentiment_null_reason
from days
cross join rules
left join usual
    on
        days.account_id = usual.account_id
        and days.hashtag = usual.hashtag
        and days.date = usual.date
