with

told as (

    select *, max(assessed_on) over () as newest
    from marts.kpi_relations
    where kgi_id = $tree

)

select
    metric.label_en as metric_en, metric.label_ja as metric_ja, related.label_en as related_en,
    related.label_ja as related_ja, told.day_n, told.lag_days, told.r, told.r_low, told.r_high, told.state,
    told.claim_level
from told
left join marts.dim_metrics as metric on told.metric_id = metric.metric_id and metric.is_in_force
left join marts.dim_metrics as related on told.related_metric_id = related.metric_id and related.is_in_force
where told.assessed_on = told.newest
order by told.is_edge desc, told.state = 'insufficient', abs(told.r) desc nulls last, told.metric_id,
    told.related_metric_id
