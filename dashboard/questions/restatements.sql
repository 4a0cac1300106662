select source, native_metric_name, count(*) as restated_figures, max(abs(value_change_pct)) as largest_change_pct
from marts.restatements
where brand_id = $brand and date between $period_start and $period_end
group by source, native_metric_name
order by restated_figures desc, source, native_metric_name
