select distinct period_start, period_end, is_partial
from marts.funnel_periods
where brand_id = $brand and period_type = $period_type
order by period_start desc
