{# Both figures are those of the first seven days, so that a verdict once given is never rewritten. #}
{% set days = 7 %}
{# What is added up of a post, from where, and the day that it begins on in that source's clock. #}
{% set measures = [
    ('link_clicks', 'increments', 'published_utc_date'),
    ('profile_visits', 'increments', 'published_utc_date'),
    ('new_users', 'site_days', 'published_date'),
    ('engaged_time_s', 'site_days', 'published_date'),
    ('engaged_sessions', 'site_days', 'published_date'),
    ('leads', 'inquiries', 'published_date')
] %}

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

inquiries as (

    select
        post_id,
        conversion_date as date,
        1 as leads
    from {{ ref('fct_conversions') }}
    where conversion_type = 'lead'

),

published as (

    select
        hypotheses.*,
        posts.account_id,
        posts.published_at,
        posts.published_date,
        cast(posts.published_at as date) as published_utc_date,
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

first_days as (

    {% for measure, relation, first_day in measures %}
    select
        published.hypothesis_id,
        '{{ measure }}' as measure,
        sum(cast({{ relation }}.{{ measure }} as decimal(28, 6))) as amount
    from published
    inner join {{ relation }}
        on
            published.post_id = {{ relation }}.post_id
            and {{ add_days('published.' ~ first_day, days) }} > {{ relation }}.date
    group by published.hypothesis_id
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

gathered as (

    select
        {% for measure, _, _ in measures %}
        max(case when measure = '{{ measure }}' then amount end) as {{ measure }},
        {% endfor %}
        hypothesis_id
    from first_days
    group by hypothesis_id

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
                when 'traffic' then gathered.link_clicks
                else gathered.profile_visits
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
            when published.goal = 'awareness' then cast(coalesce(gathered.new_users, 0) as double)
            when published.goal = 'traffic' then {{ ratio('gathered.engaged_time_s', 'gathered.engaged_sessions') }}
            else cast(coalesce(gathered.leads, 0) as double)
        end as web_value
    from published
    left join gathered
        on published.hypothesis_id = gathered.hypothesis_id

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
