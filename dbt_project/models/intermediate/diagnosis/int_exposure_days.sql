with

account_days as (

    select * from {{ ref('int_account_days') }}

),

post_exposures as (

    select * from {{ ref('int_post_exposures') }}

),

norms as (

    select * from {{ ref('int_exposure_norms') }}

),

-- days whose midnight was read, posts or none
captures as (

    select
        account_id,
        {{ add_days('window_date', -1) }} as date
    from {{ ref('int_latest_captures') }}
    where (source = 'instagram' and stream = 'media') or (source = 'x' and stream = 'posts')

),

rules as (

    {{ rules_in_force('triage_rules') }}

),

compared as (

    select
        post_exposures.*,
        post_exposures.growth_log - norms.growth_median as growth_off,
        post_exposures.age_hours < rules.read_daily_hours as is_read_daily,
        rules.growth_posts_least
    from post_exposures
    cross join rules
    left join norms
        on
            post_exposures.account_id = norms.account_id
            and post_exposures.week_start = norms.week_start
            and post_exposures.age_bin = norms.age_bin

),

summed as (

    select
        account_id,
        date,
        cast(sum(exposures) as double) as exposures,
        -- a thread is one post, however many parts it has
        cast(
            count(
                distinct case
                    when surface <> 'story' and published_utc_date = date
                        then case when format = 'thread' then 'thread' else post_id end
                end
            ) as bigint
        ) as posts_published,
        -- young posts grew on this day alone; what little old ones bring counts on the day it is told
        count(case when is_read_daily and coalesce(days_covered, 0) <> 1 then 1 end) = 0 as is_counted,
        cast(count(case when is_read_daily then 1 end) as bigint) as posts_read_daily,
        cast(count(case when surface <> 'story' and age_hours between 2 and 24 then 1 end) as bigint) as fresh_posts,
        cast(
            count(case when surface <> 'story' and age_hours between 2 and 24 and exposures_to_date > 0 then 1 end)
            as bigint
        ) as fresh_posts_counted,
        case when count(growth_off) >= max(growth_posts_least) then median(growth_off) end as growth_index
    from compared
    group by account_id, date

)

select
    account_days.account_id,
    account_days.brand_id,
    account_days.platform,
    account_days.date,
    case
        when captures.date is null or not coalesce(summed.is_counted, true) then null
        -- nothing was due to be read
        when summed.date is null then 0
        else summed.exposures
    end as exposures,
    coalesce(summed.posts_published, 0) as posts_published,
    summed.growth_index,
    captures.date is not null and coalesce(summed.is_counted, true) as is_counted,
    coalesce(summed.posts_read_daily, 0) as posts_read_daily,
    summed.fresh_posts,
    summed.fresh_posts_counted,
    account_days.following,
    account_days.following - lag(account_days.following) over (
        partition by account_days.account_id
        order by account_days.date
    ) as following_net
from account_days
left join summed
    on
        account_days.account_id = summed.account_id
        and account_days.date = summed.date
left join captures
    on
        account_days.account_id = captures.account_id
        and account_days.date = captures.date
