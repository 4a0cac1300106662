select
    rules.signal_order, rules.signal_id, rules.label_en, rules.label_ja, parts.measured, rules.measure,
    rules.unit_size, rules.threshold, parts.n, rules.weight, parts.points_raw, rules.cap, rules.exclusive_group,
    parts.points
from marts.engagement_score_contributions as parts
inner join marts.dim_score_signals as rules using (model_id, model_version, signal_id)
where parts.model_id = $model and parts.period_type = $period_type and parts.period_start = $period_start
    and parts.entity_id = $entity
order by rules.model_version, rules.signal_order, rules.signal_id
