select
    entity_id, alert_rule, previous_score, score, score_change,
    top_signal_label_en as signal_en, top_signal_label_ja as signal_ja, top_signal_change
from marts.engagement_score_alerts
where model_id = $model and model_version = $version and period_type = $period_type and period_start = $period_start
order by score_change nulls last, entity_id
