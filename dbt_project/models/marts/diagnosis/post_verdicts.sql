{# Visits are told since the site is captured: an older post's are not known. #}
{% set sessions %}
case
    when brands.has_site = 1 and posts.published_date >= reporting_window.first_date
        then coalesce(visits.sessions, 0)
end
{% endset %}

with

posts as (

    select * from {{ ref('int_posts_compared') }}
    where not is_reply

),

rules as (

    {{ rules_in_force('verdict_rules') }}

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

site_days as (

    select * from {{ ref('fct_site_daily') }}

),

conversions as (

    select * from {{ ref('fct_conversions') }}

),

visits as (

    select
        post_id,
        cast(sum(sessions) as bigint) as sessions
    from site_days
    where post_id is not null
    group by post_id

),

-- money of another currency is left out: it is never added up across currencies
outcomes as (

    select
        conversions.post_id,
        cast(count(case when conversions.conversion_type = 'lead' then 1 end) as bigint) as leads,
        cast(count(case when conversions.conversion_type = 'deal_won' then 1 end) as bigint) as deals_won,
        cast(
            sum(case when conversions.currency = accounts.currency then conversions.amount else 0 end)
            as decimal(18, 2)
        ) as revenue
    from conversions
    inner join accounts
        on conversions.account_id = accounts.account_id
    where conversions.post_id is not null
    group by conversions.post_id

),

brands as (

    select
        brand_id,
        max(currency) as currency,
        max(case when source = 'ga4' then 1 else 0 end) as has_site,
        max(case when source = 'hubspot' then 1 else 0 end) as has_crm
    from accounts
    group by brand_id

),

measured as (

    select
        posts.*,
        brands.currency,
        {{ sessions }} as sessions,
        case when brands.has_crm = 1 then coalesce(outcomes.leads, 0) end as leads,
        case when brands.has_crm = 1 then coalesce(outcomes.deals_won, 0) end as deals_won,
        case when brands.has_crm = 1 then coalesce(outcomes.revenue, 0) end as revenue,
        -- the clicks that the platform tells; where it tells none, the visits that came by the post's own tag
        coalesce(
            posts.link_clicks_to_date, {{ sessions }}
        ) as onward_visits
    from posts
    cross join reporting_window
    inner join brands
        on posts.brand_id = brands.brand_id
    left join visits
        on posts.post_id = visits.post_id
    left join outcomes
        on posts.post_id = outcomes.post_id

),

weeks as (

    select
        account_id,
        published_week
    from measured
    group by account_id, published_week

),

-- what a post of the account usually brings, by the posts before its week
usual as (

    select
        weeks.account_id,
        weeks.published_week,
        cast(count(*) as bigint) as post_n,
        median(measured.exposure_to_date) as exposure_median,
        median(measured.likes_to_date) as likes_median,
        median(measured.onward_visits) as onward_visits_median
    from weeks
    cross join rules
    inner join measured
        on
            weeks.account_id = measured.account_id
            and weeks.published_week > measured.published_date
            and measured.published_date >= {{ add_days('weeks.published_week', '-rules.history_days') }}
    group by weeks.account_id, weeks.published_week

),

compared as (

    select
        measured.*,
        {{ ratio('measured.engagements_to_date', 'measured.exposure_to_date') }} as er_exposure,
        {{ ratio('measured.exposure_to_date', 'measured.followers_at_post') }} as exposure_per_follower,
        coalesce(usual.post_n, 0) as post_n,
        usual.exposure_median,
        usual.likes_median,
        usual.onward_visits_median,
        rules.posts_least,
        rules.under_follower_times,
        rules.over_follower_times,
        rules.er_exposure_nothing,
        rules.exposure_much_times * usual.exposure_median as exposure_much,
        rules.likes_low_times * usual.likes_median as likes_few,
        rules.likes_high_times * usual.likes_median as likes_many,
        rules.clicks_low_times * usual.onward_visits_median as visits_few,
        greatest(rules.clicks_high_times * usual.onward_visits_median, rules.clicks_least) as visits_many
    from measured
    cross join rules
    left join usual
        on
            measured.account_id = usual.account_id
            and measured.published_week = usual.published_week

)

select
    post_id,
    account_id,
    brand_id,
    platform,
    format,
    published_at,
    age_hours,
    exposure_metric_id,
    exposure_to_date,
    followers_at_post,
    exposure_per_follower,
    engagements_to_date,
    er_exposure,
    likes_to_date,
    profile_visits_to_date,
    link_clicks_to_date,
    sessions,
    onward_visits,
    leads,
    deals_won,
    revenue,
    currency,
    post_n,
    exposure_median as exposure_to_date_median,
    likes_median as likes_to_date_median,
    onward_visits_median,
    case
        when exposure_per_follower is null then 'unknown'
        when er_exposure <= er_exposure_nothing and exposure_per_follower >= over_follower_times then 'seen_not_read'
        when exposure_per_follower <= under_follower_times then 'under'
        when exposure_per_follower >= over_follower_times then 'over'
        else 'as_many'
    end as follower_case,
    case
        when age_hours < 48 then 'pending'
        when exposure_to_date is null or likes_to_date is null or onward_visits is null then 'unknown'
        -- three numbers before a post is called a failure: clicks, conversions and only then likes
        when post_n < posts_least then 'too_few_posts'
        when likes_to_date <= likes_few and (onward_visits >= visits_many or leads + deals_won > 0) then 'quiet_winner'
        when er_exposure <= er_exposure_nothing and exposure_to_date >= exposure_much then 'seen_not_read'
        when
            likes_to_date >= likes_many and onward_visits <= visits_few and coalesce(leads + deals_won, 0) = 0
            then 'applause_only'
        else 'usual'
    end as verdict
from compared
