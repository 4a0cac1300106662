select
    metric.label_en, metric.label_ja, told.criterion, told.verdict, told.severity, told.evidence as evidence_en,
    told.evidence_ja, told.remedy_en, told.remedy_ja
from marts.kpi_audit as told
left join marts.dim_metrics as metric on told.metric_id = metric.metric_id and metric.is_in_force
where told.kgi_id = $tree and told.verdict <> 'pass'
order by told.verdict, told.severity nulls last, told.kpi_id, told.criterion
