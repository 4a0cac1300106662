{{ config(
    materialized='incremental',
    unique_key='captured_month',
    partition_by='captured_month',
    on_schema_change='fail',
    pre_hook="{{ delete_vanished_months(ref('int_post_snapshots')) }}"
) }}

{% set from_month = first_changed_month(ref('int_post_snapshots')) %}
{% set counters = [
    'views', 'impressions', 'organic_impressions', 'promoted_views', 'engagements', 'likes', 'comments', 'saves',
    'shares', 'reposts', 'quotes', 'profile_visits', 'link_clicks', 'follows', 'organic_engagements',
    'organic_link_clicks'
] %}

with

snapshots as (

    select * from {{ ref('int_post_snapshots') }}

),

rebuilt as (

    select * from snapshots
    where captured_date >= cast('{{ from_month }}' as date)

),

last_before as (

    select
        post_id,
        max(captured_date) as captured_date
    from snapshots
    where captured_date < cast('{{ from_month }}' as date)
    group by post_id

),

-- the one capture of each post that its first increment to write looks back at
earlier as (

    select snapshots.*
    from snapshots
    inner join last_before
        on
            snapshots.post_id = last_before.post_id
            and snapshots.captured_date = last_before.captured_date

),

compared as (

    select * from rebuilt

    union all

    select * from earlier

),

lagged as (

    select
        *,
        {% for counter in counters %}
        lag({{ counter }}_to_date) over (
            partition by post_id
            order by captured_date
        ) as previous_{{ counter }},
        {% endfor %}
        lag(captured_date) over (
            partition by post_id
            order by captured_date
        ) as previous_captured_date
    from compared

),

differenced as (

    select
        post_id,
        account_id,
        {{ add_days('captured_date', -1) }} as date,
        captured_date,
        captured_at,
        captured_month,
        previous_captured_date is null as is_first_capture,
        -- before the first capture only a post younger than a day has a known start: zero
        cast(
            case
                when previous_captured_date is not null
                    then {{ days_between('previous_captured_date', 'captured_date') }}
                when age_hours < 24 then 1
            end as bigint
        ) as days_covered,
        {% for counter in counters %}
        cast(
            case
                when previous_captured_date is not null then {{ counter }}_to_date - previous_{{ counter }}
                when age_hours < 24 then {{ counter }}_to_date
            end as bigint
        ) as {{ counter }},
        {% endfor %}
        is_repost
    from lagged
    where captured_date >= cast('{{ from_month }}' as date)

)

select * from differenced
