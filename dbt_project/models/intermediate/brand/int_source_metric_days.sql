{% set site_metrics = [
    'sessions', 'sessions_instagram', 'sessions_x', 'sessions_other', 'referral_sessions', 'repeat_sessions',
    'purchase_page_views', 'key_events', 'engaged_sessions', 'bounced_sessions', 'new_users', 'page_views',
    'engaged_time_s'
] %}
{% set crm_metrics = ['leads', 'qualified_leads', 'deals_won', 'revenue'] %}

with

account_metric_days as (

    select * from {{ ref('int_account_metric_days') }}

),

site_days as (

    select * from {{ ref('int_site_days') }}

),

crm_days as (

    select * from {{ ref('int_crm_days') }}

),

ugc_days as (

    select * from {{ ref('int_ugc_days') }}

),

-- beside the whole, the part of each platform: a rate needs both sides from the same place
platform_parts as (

    select
        brand_id,
        account_id,
        metric_id || '_' || platform as metric_id,
        date,
        value,
        null_reason,
        is_settled
    from account_metric_days
    where metric_id in ('engagements', 'link_clicks')

)

select
    brand_id,
    account_id,
    metric_id,
    date,
    value,
    null_reason,
    is_settled
from account_metric_days
where is_offered

union all

select * from platform_parts

union all

select
    brand_id,
    account_id,
    'ugc_posts' as metric_id,
    date,
    cast(ugc_posts as decimal(28, 6)) as value,
    null_reason,
    cast(true as boolean) as is_settled
from ugc_days

{% for metric in site_metrics %}
union all

select
    brand_id,
    account_id,
    '{{ metric }}' as metric_id,
    date,
    cast({{ metric }} as decimal(28, 6)) as value,
    cast(null as {{ dbt.type_string() }}) as null_reason,
    is_settled
from site_days
{% endfor %}
{% for metric in crm_metrics %}
union all

select
    brand_id,
    account_id,
    '{{ metric }}' as metric_id,
    date,
    cast({{ metric }} as decimal(28, 6)) as value,
    cast(null as {{ dbt.type_string() }}) as null_reason,
    cast(true as boolean) as is_settled
from crm_days
{% endfor %}
