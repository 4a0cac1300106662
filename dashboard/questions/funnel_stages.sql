select
    stage_order, stage, label_en, label_ja, metric_id, unit, value, null_reason, previous_value, conversion_rate,
    target, attainment, is_partial, is_settled
from marts.funnel_periods
where brand_id = $brand and period_type = $period_type and period_start = $period_start
order by stage_order
