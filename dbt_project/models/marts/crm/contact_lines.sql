{% set lines = [
    ('sns', ['views', 'impressions']),
    ('web', ['sessions']),
    ('mail_line', ['message_opens']),
    ('offline', ['offline_visits', 'offline_cards', 'offline_calls'])
] %}

with

brand_days as (

    select * from {{ ref('int_brand_metrics_daily') }}

),

placed as (

    {% for line, metrics in lines %}
    select
        brand_id,
        date,
        {{ loop.index }} as line_order,
        '{{ line }}' as line,
        cast(sum(value) as bigint) as contacts,
        min(null_reason) as null_reason
    from brand_days
    where metric_id in ('{{ metrics | join("', '") }}')
    group by brand_id, date
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    brand_id,
    date,
    cast(line_order as bigint) as line_order,
    line,
    contacts,
    case when contacts is null then coalesce(null_reason, 'no_source') end as null_reason
from placed
