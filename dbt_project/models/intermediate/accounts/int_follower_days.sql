with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

instagram_accounts as (

    select * from {{ ref('stg_instagram__accounts') }}

),

x_users as (

    select * from {{ ref('stg_x__users') }}

),

unioned as (

    select
        account_id,
        captured_date,
        landing_file,
        followers,
        following,
        posts_published
    from instagram_accounts

    union all

    select
        account_id,
        captured_date,
        landing_file,
        followers,
        following,
        posts_published
    from x_users

),

latest as (

    select
        unioned.account_id,
        unioned.captured_date,
        cast(max(unioned.followers) as bigint) as followers,
        cast(max(unioned.following) as bigint) as following,
        cast(max(unioned.posts_published) as bigint) as posts_published
    from unioned
    inner join latest_captures
        on
            unioned.account_id = latest_captures.account_id
            and unioned.captured_date = latest_captures.window_date
            and unioned.landing_file = latest_captures.landing_file
    group by unioned.account_id, unioned.captured_date

),

lagged as (

    select
        *,
        lag(followers) over (
            partition by account_id
            order by captured_date
        ) as previous_followers,
        lag(captured_date) over (
            partition by account_id
            order by captured_date
        ) as previous_captured_date
    from latest

)

select
    account_id,
    -- the level found as a day begins is the level at the end of the day before
    {{ add_days('captured_date', -1) }} as date,
    followers,
    following,
    posts_published,
    -- over a hole in the captures the change belongs to no single day
    case
        when {{ days_between('previous_captured_date', 'captured_date') }} = 1 then followers - previous_followers
    end as followers_net
from lagged
