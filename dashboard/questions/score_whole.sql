select n, score_mean, score_p25, score_median, score_p75, score_p90, scale_max
from marts.engagement_score_rollups
where model_id = $model and period_type = $period_type and period_start = $period_start and level = 'whole'
