{{ config(materialized='ephemeral') }}

{% set counters = {
    'views': 'coalesce(views, impressions)',
    'likes': 'likes',
    'comments': 'comments',
    'shares': 'coalesce(shares, 0) + coalesce(reposts, 0) + coalesce(quotes, 0)',
    'saves': 'saves',
} %}
with

post_days as (

    select * from {{ ref('int_post_increments') }}

)

{% for metric, counter in counters.items() %}
select
    post_id || ':' || cast(date as {{ dbt.type_string() }}) || ':{{ metric }}' as event_id,
    'content' as entity_type,
    post_id as entity_id,
    '{{ metric }}' as event_type,
    captured_at as occurred_at,
    date as event_date,
    cast({{ counter }} as double) as quantity,
    'post_metrics' as source
from post_days
where {{ counter }} is not null
{{ 'union all' if not loop.last }}
{% endfor %}
