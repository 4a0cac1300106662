with

loads as (

    select * from {{ ref('stg_registry__loads') }}

),

accounts as (

    select * from {{ ref('stg_registry__accounts') }}

),

latest_captures as (

    select * from {{ ref('int_latest_captures') }}

),

report_flags as (

    select * from {{ ref('stg_ga4__report_flags') }}

),

caveats as (

    select
        landing_file,
        {%- for report_name in ['totals', 'traffic', 'key_events', 'pages'] %}
        max(case when report_name = '{{ report_name }}' then '{{ report_name }}: ' || caveats || '; ' else '' end)
        {{- ' ||' if not loop.last }}
        {%- endfor %} as said
    from report_flags
    where caveats is not null
    group by landing_file

)

select
    -- a load that failed has no file
    coalesce(
        loads.landing_file,
        loads.account_id || ':' || loads.stream || ':' || cast(loads.window_date as {{ dbt.type_string() }})
    ) as load_id,
    loads.source,
    loads.stream,
    loads.account_id,
    loads.window_date,
    loads.captured_at,
    loads.status,
    latest_captures.landing_file is not null as is_latest,
    loads.row_count,
    loads.page_count,
    loads.request_count,
    loads.error,
    substr(caveats.said, 1, length(caveats.said) - 2) as caveats,
    loads.landing_file,
    loads.loaded_at
from loads
left join latest_captures
    on
        loads.source = latest_captures.source
        and loads.stream = latest_captures.stream
        and loads.account_id = latest_captures.account_id
        and loads.window_date = latest_captures.window_date
        -- a condition on one side alone, beside the equalities, would compare every load with every other
        and case when loads.status = 'loaded' then loads.landing_file end = latest_captures.landing_file
left join caveats
    on loads.landing_file = caveats.landing_file
left join accounts
    on loads.account_id = accounts.account_id
-- what failed for an account that is listed no more is missed by nobody
where loads.status <> 'failed' or accounts.account_id is not null
