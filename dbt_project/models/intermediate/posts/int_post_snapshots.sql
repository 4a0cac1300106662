{{ config(
    materialized='incremental',
    unique_key='captured_month',
    partition_by='captured_month',
    on_schema_change='fail',
    pre_hook="{{ delete_vanished_months(ref('int_post_capture_keys')) }}"
) }}

with

captures as (

    select * from {{ ref('int_post_captures_unioned') }}
    {{ only_changed_months(ref('int_post_capture_keys')) }}

)

select
    post_id,
    account_id,
    captured_date,
    captured_at,
    captured_month,
    published_at,
    is_repost,
    cast({{ epoch_s('captured_at') }} - {{ epoch_s('published_at') }} as double) / 3600 as age_hours,
    views_to_date,
    reach_to_date,
    impressions_to_date,
    organic_impressions_to_date,
    promoted_views_to_date,
    engagements_to_date,
    organic_engagements_to_date,
    likes_to_date,
    comments_to_date,
    saves_to_date,
    shares_to_date,
    reposts_to_date,
    quotes_to_date,
    profile_visits_to_date,
    link_clicks_to_date,
    organic_link_clicks_to_date,
    follows_to_date
from captures
