select
    account.platform, account.handle, told.period_start, told.stage, metric.label_en, metric.label_ja, metric.unit,
    told.value, told.null_reason, told.base, told.standing, told.is_bottleneck
from marts.funnel_bottlenecks as told
inner join marts.dim_accounts as account using (account_id)
left join marts.dim_metrics as metric on told.metric_id = metric.metric_id and metric.is_in_force
where told.brand_id = $brand and told.period_start between $period_start and $period_end
order by told.period_start, account.platform, told.account_id, told.stage_order
