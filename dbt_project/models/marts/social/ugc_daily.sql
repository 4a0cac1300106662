{# Posts within so many hours of each other make a surge; a window of SQL takes no column. #}
{% set surge_hours = 3 %}

with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

posts as (

    select * from {{ ref('int_ugc_posts') }}

),

rules as (

    {{ rules_in_force('performance_rules') }}

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
