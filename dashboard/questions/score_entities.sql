select scored.entity_id, post.text, scored.score, scale_max, score_pct, band, action_id, rank, is_stale
from marts.engagement_scores as scored
left join marts.dim_posts as post on scored.entity_id = post.post_id
where model_id = $model and period_type = $period_type and period_start = $period_start
order by rank, scored.entity_id
