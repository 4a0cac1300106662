{{ config(
    materialized='incremental',
    unique_key='captured_month',
    partition_by='captured_month',
    on_schema_change='fail',
    pre_hook="{{ delete_vanished_months(ref('int_post_increments')) }}"
) }}

with

increments as (

    select * from {{ ref('int_post_increments') }}
    {{ only_changed_months(ref('int_post_increments')) }}

)

select
    post_id,
    date,
    account_id,
    captured_at,
    captured_month,
    is_first_capture,
    days_covered,
    views,
    impressions,
    organic_impressions,
    promoted_views,
    case when impressions >= organic_impressions then impressions - organic_impressions end as promoted_impressions,
    case
        when impressions < organic_impressions then 'restated'
        when promoted_views is not null or organic_impressions is not null then 'split'
        else 'unknown'
    end as paid_split_status,
    engagements,
    organic_engagements,
    likes,
    comments,
    saves,
    shares,
    reposts,
    quotes,
    profile_visits,
    link_clicks,
    organic_link_clicks,
    follows
from increments
