select entity_id, score, scale_max, score_pct, band, action_id, rank, is_stale
from marts.engagement_scores
where model_id = $model and period_type = $period_type and period_start = $period_start
order by rank, entity_id
