with

posts as (

    select * from {{ ref('int_posts_compared') }}
    where not is_reply

),

rules as (

    {{ rules_in_force('performance_rules') }}

),

weeks as (

    select
        account_id,
        brand_id,
        format,
        exposure_metric_id,
        published_week as week_start
    from posts
    group by
        account_id,
        brand_id,
        format,
        exposure_metric_id,
        published_week

),

-- posts of the days before the week, all at the same age
compared as (

    select
        weeks.account_id,
        weeks.format,
        weeks.week_start,
        cast(posts.exposure_48h as double) as exposure_48h,
        median(posts.exposure_48h) over (
            partition by weeks.account_id, weeks.format, weeks.week_start
        ) as exposure_48h_median
    from weeks
    cross join rules
    inner join posts
        on
            weeks.account_id = posts.account_id
            and weeks.format = posts.format
            and posts.published_date >= {{ add_days('weeks.week_start', '-rules.history_days') }}
            and weeks.week_start > posts.published_date
    where posts.exposure_48h is not null

),

normal as (

    select
        account_id,
        format,
        week_start,
        cast(count(*) as bigint) as post_n,
        cast(max(exposure_48h_median) as double) as exposure_48h_median,
        cast(median(abs(exposure_48h - exposure_48h_median)) as double) as exposure_48h_mad
    from compared
    group by account_id, format, week_start

)

select
    weeks.account_id,
    weeks.format,
    weeks.week_start,
    weeks.brand_id,
    weeks.exposure_metric_id,
    coalesce(normal.post_n, 0) as post_n,
    normal.exposure_48h_median,
    normal.exposure_48h_mad,
    -- 0.6745 deviations of a normal curve are its median absolute deviation
    case
        when normal.post_n >= rules.posts_least
            then
                greatest(
                    normal.exposure_48h_median - rules.deviations_most / 0.6745 * normal.exposure_48h_mad,
                    cast(0 as double)
                )
    end as exposure_48h_low,
    case
        when normal.post_n >= rules.posts_least
            then normal.exposure_48h_median + rules.deviations_most / 0.6745 * normal.exposure_48h_mad
    end as exposure_48h_high
from weeks
cross join rules
left join normal
    on
        weeks.account_id = normal.account_id
        and weeks.format = normal.format
        and weeks.week_start = normal.week_start
