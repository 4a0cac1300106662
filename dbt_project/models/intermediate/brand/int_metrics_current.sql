{{ config(materialized='view') }}

-- depends_on: {{ ref('int_metric_registry_faults') }}
with

metrics as (

    select * from {{ ref('metrics') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by metric_id
            order by version desc
        ) as recency
    from metrics

)

select * from ranked
where recency = 1
