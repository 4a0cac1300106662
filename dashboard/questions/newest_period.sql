-- The newest whole period of a brand, or the running one while there is no whole one.
select period_start, max(period_end) as period_end, bool_or(is_partial) as is_partial
from marts.brand_metrics
where brand_id = $brand and period_type = $period_type
group by period_start
order by is_partial, period_start desc
limit 1
