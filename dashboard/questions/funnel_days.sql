select date, stage_order, label_en, label_ja, unit, value, null_reason, target, is_settled
from marts.funnel_daily
where brand_id = $brand and stage = $stage and date <= $period_end
order by date
