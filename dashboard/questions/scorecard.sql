select
    account.platform, account.handle, card.week_start, card.priority_set, card.measure, card.label_en, card.label_ja,
    metric.unit, card.value, card.null_reason, card.previous_value, card.value_change_pct, card.standing, card.rating,
    card.not_rated_reason
from marts.scorecard_weekly as card
inner join marts.dim_accounts as account using (account_id)
left join marts.dim_metrics as metric on card.metric_id = metric.metric_id and metric.is_in_force
where card.brand_id = $brand and card.week_start between $period_start and $period_end
order by card.week_start, account.platform, card.account_id, card.priority_set, card.tier, card.measure
