with

versions as (

    select * from {{ ref('dim_account_versions') }}
    where is_protected

),

steps as (

    select * from {{ ref('account_funnel_weekly') }}
    where step_name in ('posts', 'exposure')

),

account_days as (

    select * from {{ ref('fct_account_daily') }}

),

weeks as (

    select
        account_id,
        week_start,
        brand_id,
        cast(max(case when step_name = 'posts' then value end) as bigint) as own_posts,
        cast(max(case when step_name = 'exposure' then value end) as bigint) as impressions
    from steps
    group by account_id, week_start, brand_id

),

protected_account_weeks as (

    select
        weeks.account_id,
        weeks.week_start
    from weeks
    inner join versions
        on
            weeks.account_id = versions.account_id
            and cast(versions.valid_from as date) < {{ add_days('weeks.week_start', 7) }}
            and (versions.valid_to is null or cast(versions.valid_to as date) > weeks.week_start)
    group by weeks.account_id, weeks.week_start

)

select
    weeks.account_id,
    weeks.week_start,
    weeks.brand_id,
    account_days.followers,
    weeks.own_posts,
    weeks.impressions,
    weeks.own_posts as impressions_least,
    case when account_days.followers > 0 then 'followers, ' else '' end || 'self, devices, lag, embed' as candidates
from weeks
inner join protected_account_weeks
    on
        weeks.account_id = protected_account_weeks.account_id
        and weeks.week_start = protected_account_weeks.week_start
left join account_days
    on
        weeks.account_id = account_days.account_id
        and {{ add_days('weeks.week_start', 6) }} = account_days.date
