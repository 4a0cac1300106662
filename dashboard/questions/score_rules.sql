select
    rules.label_en as driver_en, rules.label_ja as driver_ja, parts.measured, rules.unit_size, rules.threshold,
    parts.n, rules.weight, rules.cap, rules.exclusive_group, parts.points
from marts.engagement_score_contributions as parts
inner join marts.dim_score_signals as rules using (model_id, model_version, signal_id)
where parts.model_id = $model and parts.model_version = $version and parts.period_type = $period_type
    and parts.period_start = $period_start and parts.entity_id = $entity
order by rules.signal_order, rules.signal_id
