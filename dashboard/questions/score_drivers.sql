select
    period_start as newest_start, segment, label_en, label_ja, segment_n, others_n, points_mean, others_points_mean,
    gap
from marts.engagement_score_drivers
where model_id = $model and model_version = $version and period_type = $period_type
order by segment, gap_rank
