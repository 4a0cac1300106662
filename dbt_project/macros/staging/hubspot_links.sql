{% macro hubspot_links(table, key, to=none) %}
{#- Rows of a HubSpot table that links two objects, the latest capture of each: `to` is what a link leads to where the
    key itself does not say it. -#}
with

source as (

    select * from {{ source('raw_hubspot', table) }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by account_id, {{ key | join(', ') }}
            order by
                captured_at desc,
                landing_file desc
        ) as recency
    from source

)

select
    'hubspot:' || account_id as account_id,
    {{ (key + ([to] if to else [])) | join(', ') }},
    captured_at,
    landing_file
from ranked
where recency = 1
{% endmacro %}
