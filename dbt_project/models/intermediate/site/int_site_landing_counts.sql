{{ config(
    materialized='incremental',
    unique_key='captured_month',
    partition_by='captured_month',
    on_schema_change='fail',
    pre_hook="{{ delete_vanished_months(ref('int_site_capture_keys')) }}"
) }}

{% set held -%}
    (
        select
            account_id,
            date,
            captured_month,
            max(captured_at) as captured_at
        from {{ this }}
        group by
            account_id,
            date,
            captured_month
    )
{%- endset %}
{% set from_month = first_changed_month(ref('int_site_capture_keys'), held) %}

with

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

traffic as (

    select * from {{ ref('stg_ga4__traffic') }}

),

latest as (

    select traffic.*
    from traffic
    inner join latest_captures
        on
            traffic.account_id = latest_captures.account_id
            and traffic.date = latest_captures.window_date
            and traffic.landing_file = latest_captures.landing_file
    where traffic.date >= cast('{{ from_month }}' as date)

)

select
    account_id,
    date,
    {{ period_start('month', 'date') }} as captured_month,
    property_zone as day_zone,
    landing_page,
    source,
    medium,
    campaign,
    content,
    channel_group,
    cast(sum(sessions) as bigint) as sessions,
    cast(sum(engaged_sessions) as bigint) as engaged_sessions,
    cast(sum(sessions) - sum(engaged_sessions) as bigint) as bounced_sessions,
    cast(sum(new_users) as bigint) as new_users,
    cast(sum(page_views) as bigint) as page_views,
    cast(sum(engaged_time_s) as decimal(18, 6)) as engaged_time_s,
    cast(sum(key_events) as decimal(18, 6)) as key_events,
    cast(sum(revenue_amount) as decimal(18, 6)) as revenue_amount,
    currency,
    max(captured_at) as captured_at,
    max(captured_at) >= {{ settles_at('date', 'property_zone') }} as is_settled
from latest
group by
    account_id,
    date,
    property_zone,
    landing_page,
    source,
    medium,
    campaign,
    content,
    channel_group,
    currency
