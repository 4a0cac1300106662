with

loads as (

    select * from {{ ref('stg_registry__loads') }}

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
        max(case when has_other_row then 'rows folded into (other); ' else '' end)
        || max(case when is_thresholded then 'small groups withheld; ' else '' end)
        || max(case when sampled_share < 1 then 'sampled; ' else '' end)
        || max(case when truncation <> '' then 'truncated; ' else '' end)
        || max(case when hidden_metrics <> '' then 'revenue hidden, no permission; ' else '' end)
        || max(case when rows_read < rows_told then 'fewer rows than told; ' else '' end) as said
    from report_flags
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
    nullif(trim(caveats.said), '') as caveats,
    loads.landing_file,
    loads.loaded_at
from loads
left join latest_captures
    on
        loads.source = latest_captures.source
        and loads.stream = latest_captures.stream
        and loads.account_id = latest_captures.account_id
        and loads.window_date = latest_captures.window_date
        and loads.landing_file = latest_captures.landing_file
        and loads.status = 'loaded'
left join caveats
    on loads.landing_file = caveats.landing_file
