select signal_order, signal_id, label_en, label_ja, measured, n, points_raw, points, is_missing
from marts.engagement_score_contributions
where model_id = $model and model_version = $version and period_type = $period_type and period_start = $period_start
    and entity_id = $entity
order by signal_order
