select from_stage, to_stage, from_value, to_value, rate, base_rate, gap, lost_units, leak_rank, null_reason
from marts.funnel_leaks
where brand_id = $brand and period_type = $period_type and period_start = $period_start
order by leak_rank nulls last, lost_units desc nulls last, from_stage
