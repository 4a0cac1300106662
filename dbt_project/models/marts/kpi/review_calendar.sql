{# Who posts so often within 30 days looks every week, others every month. #}
{% set heavy_posts = 8 %}
{% set days_back = 30 %}
{% set week_days, month_days = 7, 31 %}

with

kpis as (

    select * from {{ ref('kpis') }}

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

posts as (

    select * from {{ ref('dim_posts') }}
    where is_own and not is_reply

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

brands as (

    select
        accounts.brand_id,
        reporting_window.first_date,
        reporting_window.last_date,
        cast(count(distinct posts.post_id) as bigint) as own_posts
    from accounts
    cross join reporting_window
    left join posts
        on
            accounts.account_id = posts.account_id
            and posts.published_date > {{ add_days('reporting_window.last_date', -days_back) }}
    group by accounts.brand_id, reporting_window.first_date, reporting_window.last_date

),

looks as (

    select
        brand_id,
        kgi_id,
        reviewed_on
    from {{ ref('kpi_reviews') }}

    union all

    -- a row for every brand is a look of each
    select
        brands.brand_id,
        kpi_revisions.kgi_id,
        kpi_revisions.valid_from as reviewed_on
    from {{ ref('kpi_revisions') }} as kpi_revisions
    inner join brands
        on kpi_revisions.brand_id in ('*', brands.brand_id)

),

chosen as (

    select
        brands.brand_id,
        kpis.kgi_id,
        kpis.kpi_id,
        max(kpis.metric_id) as metric_id
    from brands
    inner join kpis
        on kpis.brand_id in ('*', brands.brand_id)
    group by brands.brand_id, kpis.kgi_id, kpis.kpi_id

),

seen as (

    select
        chosen.brand_id,
        chosen.kgi_id,
        chosen.kpi_id,
        chosen.metric_id,
        brands.own_posts,
        brands.first_date,
        brands.last_date,
        max(looks.reviewed_on) as last_seen
    from chosen
    inner join brands
        on chosen.brand_id = brands.brand_id
    left join looks
        on
            chosen.brand_id = looks.brand_id
            and chosen.kgi_id = looks.kgi_id
            and brands.last_date >= looks.reviewed_on
    group by
        chosen.brand_id,
        chosen.kgi_id,
        chosen.kpi_id,
        chosen.metric_id,
        brands.own_posts,
        brands.first_date,
        brands.last_date

),

dated as (

    select
        *,
        -- what nobody has looked at yet is due from the first captured day on
        {{ add_days(
            'coalesce(last_seen, first_date)',
            'case when own_posts >= ' ~ heavy_posts ~ ' then ' ~ week_days ~ ' else ' ~ month_days ~ ' end'
        ) }} as due_date
    from seen

)

select
    brand_id || '.' || kgi_id as kgi_id,
    kpi_id,
    brand_id,
    metric_id,
    own_posts,
    case when own_posts >= {{ heavy_posts }} then 'week' else 'month' end as review_period_type,
    last_seen,
    due_date,
    case when due_date < last_date then {{ days_between('due_date', 'last_date') }} else 0 end as days_late,
    due_date < last_date as is_overdue
from dated
