select account_id, weekday, hour, post_n, exposure_metric_id, exposure_48h_median, er_exposure_48h, slot_rank
from marts.posting_slots
where account_id = $account
order by weekday, hour
