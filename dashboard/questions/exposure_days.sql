select date, coalesce(impressions, views) as exposure, case when impressions is null then 'views' else 'impressions' end
    as exposure_metric_id
from marts.fct_account_daily
where account_id = $account and date between $first_date and $last_date
order by date
