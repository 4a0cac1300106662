select
    metric.label_en, metric.label_ja, metric.unit, told.method, told.state, told.base, told.target, told.target_low,
    told.target_high, told.n, told.hit_probability, told.is_too_high, told.why as grounds
from marts.kpi_target_proposals as told
left join marts.dim_metrics as metric on told.metric_id = metric.metric_id and metric.is_in_force
where told.kgi_id = $tree and told.period_type = $period_type
order by told.state <> 'ready', told.metric_id, told.method
