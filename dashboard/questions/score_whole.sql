select n, score_p25, score_median, score_p75, scale_max
from marts.engagement_score_rollups
where model_id = $model and model_version = $version and period_type = $period_type and period_start = $period_start
    and level = 'whole'
