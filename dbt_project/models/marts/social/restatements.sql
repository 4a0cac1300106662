with

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

account_insights as (

    select * from {{ ref('stg_instagram__account_insights') }}

),

site_totals as (

    select * from {{ ref('stg_ga4__totals') }}

),

readings as (

    select
        account_id,
        insight_date as date,
        metric as native_metric_name,
        captured_at,
        cast(value as double) as value,
        'America/Los_Angeles' as day_zone
    from account_insights
    where dimension is null

    {% for metric, native in [('sessions', 'sessions'), ('key_events', 'keyEvents')] %}
    union all

    select
        account_id,
        date,
        '{{ native }}' as native_metric_name,
        captured_at,
        cast({{ metric }} as double) as value,
        property_zone as day_zone
    from site_totals
    {% endfor %}

),

-- a page that was read twice in one capture counts once
captures as (

    select
        account_id,
        date,
        native_metric_name,
        day_zone,
        captured_at,
        max(value) as value
    from readings
    group by
        account_id,
        date,
        native_metric_name,
        day_zone,
        captured_at

),

ordered as (

    select
        *,
        {{ settles_at('date', 'day_zone') }} as settled_at,
        row_number() over (partition by account_id, date, native_metric_name order by captured_at) as reading_order,
        row_number() over (partition by account_id, date, native_metric_name order by captured_at desc) as newness
    from captures

),

compared as (

    select
        account_id,
        date,
        native_metric_name,
        day_zone,
        settled_at,
        cast(count(*) as bigint) as reading_n,
        min(captured_at) as first_captured_at,
        max(captured_at) as last_captured_at,
        max(case when reading_order = 1 then value end) as value_first,
        max(case when newness = 1 then value end) as value_last
    from ordered
    group by
        account_id,
        date,
        native_metric_name,
        day_zone,
        settled_at

)

select
    compared.account_id,
    compared.date,
    compared.native_metric_name,
    accounts.brand_id,
    accounts.source,
    compared.day_zone,
    compared.reading_n,
    compared.first_captured_at,
    compared.last_captured_at,
    compared.value_first,
    compared.value_last,
    compared.value_last - compared.value_first as value_change,
    {{ ratio('compared.value_last - compared.value_first', 'compared.value_first') }} as value_change_pct,
    compared.settled_at,
    compared.last_captured_at >= compared.settled_at as is_settled
from compared
inner join accounts
    on compared.account_id = accounts.account_id
