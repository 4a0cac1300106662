{# Both figures are those of the first seven days, so that a verdict once given is never rewritten. #}
{% set days = 7 %}

with

hypotheses as (

    select * from {{ ref('post_hypotheses') }}
    where brand_id in (select accounts.brand_id from {{ ref('stg_registry__accounts') }} as accounts)

),

posts as (

    select * from {{ ref('dim_posts') }}

),

compared as (

    select * from {{ ref('int_posts_compared') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

increments as (

    select * from {{ ref('fct_post_daily') }}

),

site_days as (

    select * from {{ ref('fct_site_daily') }}

),

conversions as (

    select * from {{ ref('fct_conversions') }}

),

published as (

    select
        hypotheses.*,
        posts.account_id,
        posts.published_at,
        posts.published_date,
        hypotheses.registered_at >= posts.published_at as is_late,
        -- seven days, and two more in which the sources settle
        {{ add_days('posts.published_date', days + 2) }} <= reporting_window.last_date as is_closed,
        posts.published_date >= reporting_window.first_date as is_site_captured,
        compared.exposure_7d
    from hypotheses
    cross join reporting_window
    left join posts
        on hypotheses.post_id = posts.post_id
    left join compared
        on hypotheses.post_id = compared.post_id

),

clicks as (

    select
        published.hypothesis_id,
        sum(increments.link_clicks) as link_clicks,
        sum(increments.profile_visits) as profile_visits
    from published
    inner join increments
        on
            published.post_id = increments.post_id
            and increments.date < {{ add_days('cast(published.published_at as date)', days) }}
    group by published.hypothesis_id

),

visits as (

    select
        published.hypothesis_id,
        sum(site_days.new_users) as new_users,
        sum(site_days.engaged_time_s) as engaged_time_s,
        sum(site_days.engaged_sessions) as engaged_sessions
    from published
    inner join site_days
        on
            published.post_id = site_days.post_id
            and site_days.date < {{ add_days('published.published_date', days) }}
    group by published.hypothesis_id

),

inquiries as (

    select
        published.hypothesis_id,
        count(*) as leads
    from published
    inner join conversions
        on
            published.post_id = conversions.post_id
            and conversions.conversion_type = 'lead'
            and conversions.conversion_date < {{ add_days('published.published_date', days) }}
    group by published.hypothesis_id

),

measured as (

    select
        published.*,
        case published.goal
            when 'awareness' then 'exposure' when 'traffic' then 'link_clicks' else 'profile_visits'
        end as sns_metric_id,
        cast(
            case published.goal
                when 'awareness' then published.exposure_7d
                when 'traffic' then clicks.link_clicks
                else clicks.profile_visits
            end as double
        ) as sns_value,
        case published.goal
            when 'awareness' then 'new_users'
            when 'traffic' then 'engaged_time_per_engaged_session_s'
            else 'leads'
        end as web_metric_id,
        -- a post without a visit brought no visitor; without a visit there is no dwell
        case
            when not published.is_site_captured then cast(null as double)
            when published.goal = 'awareness' then cast(coalesce(visits.new_users, 0) as double)
            when published.goal = 'traffic' then {{ ratio('visits.engaged_time_s', 'visits.engaged_sessions') }}
            else cast(coalesce(inquiries.leads, 0) as double)
        end as web_value
    from published
    left join clicks
        on published.hypothesis_id = clicks.hypothesis_id
    left join visits
        on published.hypothesis_id = visits.hypothesis_id
    left join inquiries
        on published.hypothesis_id = inquiries.hypothesis_id

),

judged as (

    select
        *,
        case
            when published_at is null then 'not_published'
            when is_late then 'late'
            when not is_closed then 'open'
            when sns_value is null or web_value is null then 'incomplete'
            when sns_value >= expected_sns and web_value >= expected_web then 'won'
            else 'lost'
        end as verdict
    from measured

),

counted as (

    select
        *,
        cast(count(case when verdict in ('won', 'lost') then 1 end) over (partition by brand_id) as bigint)
            as hypotheses_decided,
        cast(count(case when verdict = 'won' then 1 end) over (partition by brand_id) as bigint) as hypotheses_won
    from judged

)

select
    hypothesis_id,
    brand_id,
    post_id,
    account_id,
    goal,
    claim,
    registered_at,
    published_at,
    sns_metric_id,
    expected_sns,
    sns_value,
    web_metric_id,
    expected_web,
    web_value,
    verdict,
    case when verdict in ('won', 'lost') then {{ add_days('published_date', days + 2) }} end as decided_date,
    case when verdict = 'won' then next_action end as next_action,
    hypotheses_decided,
    hypotheses_won,
    {{ ratio('hypotheses_won', 'hypotheses_decided') }} as win_rate_hypotheses_decided
from counted
