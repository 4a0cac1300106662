-- A metric of a brand over its last periods, the newest whole one first, each with the target that it had.
with

told as (

    select
        brand_id, metric_id, period_start, target, attainment, status,
        row_number() over (
            partition by brand_id, metric_id, period_start
            order by date desc, is_kgi desc, kgi_id
        ) as recency
    from marts.kpi_progress
    where period_type = $period_type

)

select
    metric.label_en, metric.label_ja, figure.period_start, figure.period_end, figure.value, figure.previous_value,
    figure.unit, figure.null_reason, told.target, told.attainment, told.status
from marts.brand_metrics as figure
left join marts.dim_metrics as metric on figure.metric_id = metric.metric_id and metric.is_in_force
left join told
    on figure.brand_id = told.brand_id and figure.metric_id = told.metric_id and figure.period_start = told.period_start
    and told.recency = 1
where figure.brand_id = $brand and figure.metric_id = $metric and figure.period_type = $period_type
    and (not figure.is_partial or $with_partial)
order by figure.period_start desc
limit $periods
