{% set days = 30 %}

with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}
    where platform is not null

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

rules as (

    select
        *,
        row_number() over (
            partition by checklist, item
            order by valid_from desc
        ) as newness
    from {{ ref('checklist_rules') }}
    where valid_from <= (select reporting_window.last_date from reporting_window)

),

posts as (

    select
        dim_posts.*,
        row_number() over (partition by dim_posts.account_id order by dim_posts.published_at, dim_posts.post_id)
        - row_number() over (
            partition by dim_posts.account_id, dim_posts.format = 'text' and dim_posts.link_url is null
            order by dim_posts.published_at, dim_posts.post_id
        ) as streak
    from {{ ref('dim_posts') }} as dim_posts
    cross join reporting_window
    where
        dim_posts.is_own
        and not dim_posts.is_reply
        and dim_posts.surface <> 'story'
        and dim_posts.published_date > {{ add_days('reporting_window.last_date', -days) }}

),

streaks as (

    select
        account_id,
        count(*) as posts_in_streak
    from posts
    where format = 'text' and link_url is null
    group by account_id, streak

),

account_days as (

    select
        account_days.*,
        account_days.following - lag(account_days.following) over (
            partition by account_days.account_id
            order by account_days.date
        ) as following_net
    from {{ ref('int_account_days') }} as account_days
    cross join reporting_window
    where account_days.date > {{ add_days('reporting_window.last_date', -90) }}

),

traffic_days as (

    select
        traffic_days.account_id,
        sum(traffic_days.organic_exposure) as organic_exposure,
        count(traffic_days.organic_exposure) as days_known
    from {{ ref('int_account_traffic_days') }} as traffic_days
    cross join reporting_window
    where traffic_days.date > {{ add_days('reporting_window.last_date', -90) }}
    group by traffic_days.account_id

),

activities as (

    select
        activities.account_id,
        count(case when activities.activity = 'app_connected' then 1 end) as new_apps
    from {{ ref('stg_files__activity_log') }} as activities
    cross join reporting_window
    where cast(activities.occurred_at as date) > {{ add_days('reporting_window.last_date', -days) }}
    group by activities.account_id

),

protections as (

    select
        account_id,
        valid_from,
        is_protected,
        lag(is_protected) over (
            partition by account_id
            order by version
        ) as previous_is_protected
    from {{ ref('dim_account_versions') }}
    where is_protected is not null

),

protection_changes as (

    select
        protections.account_id,
        count(
            case
                when
                    protections.is_protected <> protections.previous_is_protected
                    and cast(protections.valid_from as date) > {{ add_days('reporting_window.last_date', -days) }}
                    then 1
            end
        ) as protected_changes
    from protections
    cross join reporting_window
    group by protections.account_id

),

-- each figure of an account as of the last captured day; NULL where no source tells it
observed as (

    {% for item, expression, source in [
        ('posts_a_week', 'cast(count(*) as double) * 7 / ' ~ days, 'posts'),
        ('noon_posts', 'count(case when published_hour = 12 then 1 end)', 'posts'),
        ('evening_posts', 'count(case when published_hour in (20, 21) then 1 end)', 'posts'),
        ('link_targets', "count(distinct " ~ url_path('link_url') ~ ")", 'posts'),
        ('themes_least', "count(distinct nullif(hashtags, ''))", 'posts'),
        ('themes_most', "count(distinct nullif(hashtags, ''))", 'posts'),
        ('text_only_streak', 'max(posts_in_streak)', 'streaks'),
        ('most_followed_a_day', 'max(following_net)', 'account_days'),
        ('organic_impressions_90_days', 'max(case when days_known >= 90 then organic_exposure end)', 'traffic_days'),
        ('new_apps', 'max(new_apps)', 'activities'),
        ('protected_changes', 'max(protected_changes)', 'protection_changes')
    ] %}
    select
        account_id,
        '{{ item }}' as item,
        cast({{ expression }} as double) as observed
    from {{ source }}
    group by account_id

    union all
    {% endfor %}

    select
        account_id,
        'followers' as item,
        cast(followers as double) as observed
    from {{ ref('dim_accounts') }}

),

-- an account without a post of the last days has posted nought; what no source tells is not nought
placed as (

    select
        accounts.account_id,
        accounts.brand_id,
        accounts.platform,
        reporting_window.last_date,
        rules.checklist,
        rules.item,
        rules.item_order,
        rules.comparison,
        rules.threshold,
        rules.question_en,
        rules.question_ja,
        rules.source_url,
        coalesce(
            observed.observed,
            case
                when rules.item in ('posts_a_week', 'noon_posts', 'evening_posts', 'text_only_streak')
                    then cast(0 as double)
            end
        ) as observed
    from accounts
    cross join reporting_window
    inner join rules
        on
            rules.newness = 1
            and rules.platform in ('*', accounts.platform)
    left join observed
        on
            accounts.account_id = observed.account_id
            and rules.item = observed.item

)

select
    account_id,
    checklist,
    item,
    item_order,
    brand_id,
    platform,
    last_date as as_of_date,
    observed,
    comparison,
    threshold,
    case when comparison = 'at_least' then observed >= threshold else observed <= threshold end as is_passed,
    case when observed is null then 'no_source' end as null_reason,
    question_en,
    question_ja,
    source_url
from placed
