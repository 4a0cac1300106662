{# A search reaches so many days back: a day that no capture of the days after it saw is unknown. #}
{% set reach_days = 7 %}

with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}
    where platform is not null

),

calendar_days as (

    select * from {{ ref('int_calendar_days') }}

),

captures as (

    select * from {{ ref('int_latest_captures') }}
    where stream in ('mentions', 'tagged_media')

),

ugc_posts as (

    select * from {{ ref('int_ugc_posts') }}
    where is_own = 0

),

covered as (

    select
        calendar_days.date,
        captures.account_id
    from calendar_days
    inner join captures
        on
            calendar_days.date < captures.window_date
            and {{ add_days('calendar_days.date', reach_days) }} >= captures.window_date
    group by calendar_days.date, captures.account_id

),

-- a post of two hashtags is one post
counted as (

    select
        account_id,
        date,
        count(distinct post_id) as ugc_posts
    from ugc_posts
    group by account_id, date

)

select
    accounts.account_id,
    accounts.brand_id,
    calendar_days.date,
    case when covered.account_id is not null then cast(coalesce(counted.ugc_posts, 0) as bigint) end as ugc_posts,
    case when covered.account_id is null then 'no_source' end as null_reason
from accounts
cross join calendar_days
left join covered
    on
        accounts.account_id = covered.account_id
        and calendar_days.date = covered.date
left join counted
    on
        accounts.account_id = counted.account_id
        and calendar_days.date = counted.date
