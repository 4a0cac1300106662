with

incidents as (

    select * from {{ ref('int_incident_parts') }}

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

traffic_days as (

    select * from {{ ref('int_account_traffic_days') }}

),

metric_days as (

    select * from {{ ref('int_source_metric_days') }}

),

posts as (

    select * from {{ ref('int_posts_described') }}
    where not is_repost and not is_reply

),

platform_events as (

    select * from {{ ref('platform_events') }}

),

loads as (

    select * from {{ ref('stg_registry__loads') }}

),

activities as (

    select * from {{ ref('stg_files__activity_log') }}

),

-- the days of the incident, a week of it at most, and the four weeks before
spans as (

    select
        incidents.account_id,
        incidents.incident_start,
        accounts.brand_id,
        accounts.platform,
        incidents.period_signals,
        {{ add_days('incidents.incident_start', -28) }} as before_start,
        least(incidents.incident_end, {{ add_days('incidents.incident_start', 6) }}) as last_date
    from incidents
    inner join accounts
        on incidents.account_id = accounts.account_id

),

-- per day on both sides; a side without a known day is unknown
figures as (

    select
        spans.account_id,
        spans.incident_start,
        'ads' as cut,
        avg(case when traffic_days.date >= spans.incident_start then traffic_days.promoted_exposure end) as after_day,
        avg(case when traffic_days.date < spans.incident_start then traffic_days.promoted_exposure end) as before_day
    from spans
    inner join traffic_days
        on
            spans.account_id = traffic_days.account_id
            and traffic_days.date between spans.before_start and spans.last_date
    group by spans.account_id, spans.incident_start

    union all

    select
        spans.account_id,
        spans.incident_start,
        metric_days.metric_id as cut,
        avg(case when metric_days.date >= spans.incident_start then cast(metric_days.value as double) end) as after_day,
        avg(case when metric_days.date < spans.incident_start then cast(metric_days.value as double) end) as before_day
    from spans
    inner join metric_days
        on
            spans.brand_id = metric_days.brand_id
            and metric_days.date between spans.before_start and spans.last_date
            and metric_days.metric_id in ('sessions', 'leads')
    group by spans.account_id, spans.incident_start, metric_days.metric_id

    union all

    -- share of posts with a picture or video, and with a hashtag
    {% for cut, condition in [('media', 'posts.has_media'), ('hashtags', "posts.hashtags <> ''")] %}
    select
        spans.account_id,
        spans.incident_start,
        '{{ cut }}' as cut,
        avg(
            case
                when cast(posts.published_at as date) >= spans.incident_start
                    then case when {{ condition }} then cast(1 as double) else 0 end
            end
        ) as after_day,
        avg(
            case
                when cast(posts.published_at as date) < spans.incident_start
                    then case when {{ condition }} then cast(1 as double) else 0 end
            end
        ) as before_day
    from spans
    inner join posts
        on
            spans.account_id = posts.account_id
            and cast(posts.published_at as date) between spans.before_start and spans.last_date
    group by spans.account_id, spans.incident_start
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

widened as (

    select
        {% for cut in ['sessions', 'leads', 'ads', 'media', 'hashtags'] %}
        max(case when cut = '{{ cut }}' then after_day end) as {{ cut }}_after,
        max(case when cut = '{{ cut }}' then before_day end) as {{ cut }}_before,
        {% endfor %}
        account_id,
        incident_start
    from figures
    group by account_id, incident_start

),

events as (

    select
        spans.account_id,
        spans.incident_start,
        min(platform_events.event_id) as event_id
    from spans
    inner join platform_events
        on
            spans.platform = platform_events.platform
            and platform_events.event_date between {{ add_days('spans.incident_start', -7) }} and spans.last_date
    group by spans.account_id, spans.incident_start

),

failures as (

    select
        spans.account_id,
        spans.incident_start,
        cast(count(*) as bigint) as failed_loads
    from spans
    inner join loads
        on
            spans.account_id = loads.account_id
            and loads.status <> 'loaded'
            and loads.window_date between spans.incident_start and spans.last_date
    group by spans.account_id, spans.incident_start

),

accesses as (

    select
        spans.account_id,
        spans.incident_start,
        min(activities.activity || coalesce(': ' || activities.detail, '')) as activity
    from spans
    inner join activities
        on
            spans.account_id = activities.account_id
            and activities.activity in ('app_connected', 'app_removed', 'password_changed')
            and cast(activities.occurred_at as date) between
            {{ add_days('spans.incident_start', -7) }} and spans.last_date
    group by spans.account_id, spans.incident_start

)

select
    {% for cut in ['sessions', 'leads', 'ads', 'media', 'hashtags'] %}
    widened.{{ cut }}_after,
    widened.{{ cut }}_before,
    {% endfor %}
    spans.account_id,
    spans.incident_start,
    spans.brand_id,
    spans.platform,
    spans.period_signals,
    events.event_id,
    coalesce(failures.failed_loads, 0) as failed_loads,
    accesses.activity
from spans
{% for joined in ['widened', 'events', 'failures', 'accesses'] %}
left join {{ joined }}
    on
        spans.account_id = {{ joined }}.account_id
        and spans.incident_start = {{ joined }}.incident_start
{% endfor %}
