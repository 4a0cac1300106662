select
    account.platform, account.handle, period.metric_id, metric.label_en, metric.label_ja, metric.unit, period.value,
    period.previous_value, period.value_change, period.value_change_pct, period.status, period.null_reason
from marts.account_periods as period
inner join marts.dim_accounts as account using (account_id)
left join marts.dim_metrics as metric on period.metric_id = metric.metric_id and metric.is_in_force
where period.brand_id = $brand and period.period_type = $period_type and period.period_start = $period_start
    and account.platform in ('instagram', 'x')
order by account.platform, account.account_id, period.metric_id
