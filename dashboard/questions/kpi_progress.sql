with

told as (

    select *, max(date) over (partition by kgi_id, metric_id) as newest
    from marts.kpi_progress
    where kgi_id = $tree and period_type = $period_type and period_start = $period_start

)

select
    metric.label_en, metric.label_ja, told.date, told.unit, told.actual, told.null_reason, told.expected, told.target,
    told.pace, told.forecast_p10, told.forecast_p50, told.forecast_p90, told.hit_probability, told.status
from told
left join marts.dim_metrics as metric on told.metric_id = metric.metric_id and metric.is_in_force
where told.date = told.newest
order by told.is_kgi desc, told.metric_id
