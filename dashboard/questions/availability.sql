select
    metric.label_en, metric.label_ja, available.metric_id, account.platform,
    count(*) filter (available.is_available) as days_known,
    count(*) filter (not available.is_available) as days_unknown,
    count(*) as days,
    max(available.null_reason) filter (available.date = $period_end) as null_reason
from marts.metric_availability as available
inner join marts.dim_accounts as account using (account_id)
left join marts.dim_metrics as metric on available.metric_id = metric.metric_id and metric.is_in_force
where available.brand_id = $brand and available.date between $period_start and $period_end
group by all
order by days_unknown desc, available.metric_id, account.platform
