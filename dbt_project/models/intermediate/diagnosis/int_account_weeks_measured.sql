{# What is measured of an account's week: its name here, and the metric that it is on each platform. #}
{% set counted = [
    ('exposure', 'views', 'impressions'),
    ('engagements', 'engagements', 'engagements'),
    ('likes', 'likes', 'likes'),
    ('comments', 'comments', 'comments'),
    ('saves', 'saves', 'saves'),
    ('shares', 'shares', 'reposts'),
    ('profile_visits', 'profile_visits', 'profile_visits'),
    ('follows', 'followers_gained', 'followers_net'),
    ('link_clicks', 'link_clicks', 'link_clicks')
] %}
{% set on_site = ['sessions', 'bounced_sessions', 'engaged_sessions', 'engaged_time_s', 'new_users'] %}
{% set in_crm = [('leads', 'lead'), ('deals_won', 'deal_won')] %}

with

registry as (

    select * from {{ ref('stg_registry__accounts') }}

),

accounts as (

    select * from registry
    where platform is not null

),

metric_weeks as (

    select * from {{ ref('int_account_metric_windows') }}
    where period_type = 'week' and not is_partial

),

landing_days as (

    select * from {{ ref('int_site_landing_days') }}

),

conversions as (

    select * from {{ ref('int_conversions') }}

),

named as (

    {% for measure, on_instagram, on_x in counted %}
    select
        'instagram' as platform,
        '{{ measure }}' as measure,
        '{{ on_instagram }}' as metric_id

    union all

    select
        'x' as platform,
        '{{ measure }}' as measure,
        '{{ on_x }}' as metric_id
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- half a week beside whole ones would be no comparison
social as (

    select
        accounts.account_id,
        metric_weeks.period_start as week_start,
        named.measure,
        named.metric_id,
        case when metric_weeks.days_known = metric_weeks.days then metric_weeks.value end as value,
        case
            when metric_weeks.days_known = metric_weeks.days then metric_weeks.null_reason
            else coalesce(metric_weeks.missing_reason, 'no_source')
        end as null_reason
    from accounts
    inner join named
        on accounts.platform = named.platform
    inner join metric_weeks
        on
            accounts.account_id = metric_weeks.account_id
            and named.metric_id = metric_weeks.metric_id

),

weeks as (

    select
        accounts.account_id,
        accounts.brand_id,
        accounts.platform,
        social.week_start
    from accounts
    inner join social
        on accounts.account_id = social.account_id
    group by
        accounts.account_id,
        accounts.brand_id,
        accounts.platform,
        social.week_start

),

site_weeks as (

    select
        {% for measure in on_site %}
        cast(sum(landing_days.{{ measure }}) as double) as {{ measure }},
        {% endfor %}
        accounts.brand_id,
        landing_days.platform,
        {{ period_start('week', 'landing_days.date') }} as week_start
    from landing_days
    inner join registry as accounts
        on landing_days.account_id = accounts.account_id
    group by
        accounts.brand_id,
        landing_days.platform,
        {{ period_start('week', 'landing_days.date') }}

),

crm_weeks as (

    select
        {% for measure, kind in in_crm %}
        cast(count(case when conversion_type = '{{ kind }}' then 1 end) as double) as {{ measure }},
        {% endfor %}
        brand_id,
        platform,
        {{ period_start('week', 'conversion_date') }} as week_start
    from conversions
    group by
        brand_id,
        platform,
        {{ period_start('week', 'conversion_date') }}

),

-- a week without a visit or a lead is a zero only where site and CRM were asked on each of its days
asked as (

    select
        brand_id,
        period_start as week_start,
        min(case when metric_id = 'sessions' then days_known - days end) as site_gap,
        min(case when metric_id = 'leads' then days_known - days end) as crm_gap
    from metric_weeks
    where metric_id in ('sessions', 'leads')
    group by brand_id, period_start

)

select * from social

{% for side, measures in [('site', on_site), ('crm', in_crm | map('first'))] %}
{% for measure in measures %}
union all

select
    weeks.account_id,
    weeks.week_start,
    '{{ measure }}' as measure,
    '{{ measure }}' as metric_id,
    case when asked.{{ side }}_gap = 0 then coalesce({{ side }}_weeks.{{ measure }}, 0) end as value,
    case when asked.{{ side }}_gap = 0 then cast(null as {{ dbt.type_string() }}) else 'no_source' end as null_reason
from weeks
left join asked
    on
        weeks.brand_id = asked.brand_id
        and weeks.week_start = asked.week_start
left join {{ side }}_weeks
    on
        weeks.brand_id = {{ side }}_weeks.brand_id
        and weeks.platform = {{ side }}_weeks.platform
        and weeks.week_start = {{ side }}_weeks.week_start
{% endfor %}
{% endfor %}
