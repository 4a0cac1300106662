select
    action_en, action_ja, reason_en, reason_ja, step_en, step_ja, band_in_force, next_band, points_lacking, channel,
    owner
from marts.next_actions
where model_id = $model and model_version = $version and period_type = $period_type and entity_id = $entity
