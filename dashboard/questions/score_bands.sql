select segment as band, n, score_mean, score_median, scale_max
from marts.engagement_score_rollups
where model_id = $model and period_type = $period_type and period_start = $period_start and level = 'segment'
order by score_median desc
