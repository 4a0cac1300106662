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

rules as (

    {{ rules_in_force('triage_rules') }}

),

compared as (

    select
        post_exposures.*,
        post_exposures.growth_log - norms.growth_median as growth_off,
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
        -- every post's growth is that of this day alone
        count(*) = count(days_covered) and max(days_covered) = 1 as is_counted,
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
    case when summed.is_counted then summed.exposures end as exposures,
    coalesce(summed.posts_published, 0) as posts_published,
    summed.growth_index,
    coalesce(summed.is_counted, false) as is_counted,
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
