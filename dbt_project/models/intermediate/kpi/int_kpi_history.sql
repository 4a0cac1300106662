with

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}

),

whole as (

    select
        brand_id,
        metric_id,
        period_type,
        period_start,
        value,
        -- a row_number under a limit makes DuckDB 1.5 fail here
        count(*) over (
            partition by brand_id, metric_id, period_type
            order by period_start desc
            rows between unbounded preceding and current row
        ) as recency
    from metrics
    where not is_partial and value is not null and period_type <> 'day'

),

ordered as (

    select
        *,
        count(*) over (partition by brand_id, metric_id, period_type) as n,
        row_number() over (
            partition by brand_id, metric_id, period_type
            order by value, period_start
        ) as place
    from whole
    where recency <= 6

)

select
    brand_id,
    metric_id,
    period_type,
    cast(max(n) as bigint) as period_n,
    avg(value) as value_mean,
    avg(case when 2 * place between n and n + 2 then value end) as value_median,
    case when max(n) > 1 then stddev_samp(value) end as value_sd,
    max(case when recency = 1 then value end) as value_last
from ordered
group by brand_id, metric_id, period_type
