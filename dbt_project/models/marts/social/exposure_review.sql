{% set counters = ['exposure', 'engagements', 'link_clicks'] %}

with

windows as (

    select * from {{ ref('int_period_windows') }}

),

traffic_days as (

    select * from {{ ref('int_account_traffic_days') }}

),

rules as (

    {{ rules_in_force('performance_rules') }}

),

windowed as (

    {% for traffic in ['organic', 'promoted'] %}
    select
        traffic_days.account_id,
        traffic_days.brand_id,
        traffic_days.platform,
        '{{ traffic }}' as traffic,
        windows.period_type,
        windows.period_start,
        windows.period_end,
        windows.days,
        windows.is_partial,
        {% for prefix, side in [('', 'windows.is_current'), ('previous_', 'not windows.is_current')] %}
        {% for counter in counters %}
        cast(
            case
                when count(case when {{ side }} then traffic_days.{{ traffic }}_{{ counter }} end) = windows.days
                    then sum(case when {{ side }} then traffic_days.{{ traffic }}_{{ counter }} end)
            end as bigint
        ) as {{ prefix }}{{ counter }},
        {% endfor %}
        {% endfor %}
        cast(count(case when windows.is_current then 1 end) as bigint) as days_known
    from traffic_days
    inner join windows
        on traffic_days.date = windows.date
    group by
        traffic_days.account_id,
        traffic_days.brand_id,
        traffic_days.platform,
        windows.period_type,
        windows.period_start,
        windows.period_end,
        windows.days,
        windows.is_partial
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

compared as (

    select
        *,
        {% for side in ['organic', 'promoted'] %}
        {% for prefix in ['', 'previous_'] %}
        max(case when traffic = '{{ side }}' then {{ prefix }}exposure end) over (
            partition by account_id, period_type, period_start
        ) as {{ prefix }}{{ side }},
        {% endfor %}
        {% endfor %}
        {{ ratio('exposure - previous_exposure', 'previous_exposure') }} as exposure_change_pct
    from windowed

),

ruled as (

    select
        compared.*,
        rules.organic_change_least
    from compared
    cross join rules

)

select
    account_id,
    period_type,
    period_start,
    traffic,
    brand_id,
    platform,
    period_end,
    days,
    days_known,
    is_partial,
    case when platform = 'instagram' then 'views' else 'impressions' end as exposure_metric_id,
    exposure,
    engagements,
    link_clicks,
    {{ ratio('engagements', 'exposure') }} as er_exposure,
    {{ ratio('link_clicks', 'exposure') }} as ctr_exposure,
    previous_exposure,
    exposure - previous_exposure as exposure_change,
    exposure_change_pct,
    case when promoted is null then 'unknown' else 'split' end as paid_split_status,
    -- organic is judged first, advertising apart
    case
        when organic is null or previous_organic is null then 'not_comparable'
        when abs(organic - previous_organic) > organic_change_least * previous_organic
            then case when organic > previous_organic then 'organic_rose' else 'organic_fell' end
        when promoted is null or previous_promoted is null then 'organic_steady_ads_unknown'
        when previous_promoted > 0 and promoted = 0 then 'ads_stopped'
        when previous_promoted = 0 and promoted > 0 then 'ads_started'
        else 'steady'
    end as headline
from ruled
