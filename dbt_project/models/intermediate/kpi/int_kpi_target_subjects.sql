with

pairs as (

    select * from {{ ref('int_kpi_relation_pairs') }}

),

history as (

    select * from {{ ref('int_kpi_history') }}

),

targets as (

    select * from {{ ref('int_kpi_targets_spread') }}

),

periods as (

    select 'week' as period_type
    union all
    select 'month' as period_type

),

subjects as (

    -- the goal's own metric, its KPIs and candidates
    select
        brand_id,
        kgi_id,
        metric_id
    from pairs
    where is_candidate
    union
    select
        brand_id,
        kgi_id,
        metric_id
    from targets

)

select
    subjects.brand_id,
    subjects.kgi_id,
    subjects.metric_id,
    periods.period_type,
    coalesce(history.period_n, 0) as period_n,
    history.value_median,
    history.value_mean,
    history.value_sd,
    -- half of the 95 % interval of a median of normal values
    1.96 * 1.2533 * history.value_sd / sqrt(history.period_n) as median_error
from subjects
cross join periods
left join history
    on
        subjects.brand_id = history.brand_id
        and subjects.metric_id = history.metric_id
        and periods.period_type = history.period_type
