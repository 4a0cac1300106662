select
    account.platform, account.handle, review.traffic, review.exposure_metric_id, review.exposure,
    review.previous_exposure, review.exposure_change, review.exposure_change_pct, review.engagements,
    review.er_exposure, review.link_clicks, review.headline, review.paid_split_status, review.days, review.days_known
from marts.exposure_review as review
inner join marts.dim_accounts as account using (account_id)
where review.brand_id = $brand and review.period_type = $period_type and review.period_start = $period_start
order by account.platform, account.account_id, review.traffic
