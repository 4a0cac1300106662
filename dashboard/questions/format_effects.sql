select
    format, post_n, exposure_48h_median, other_exposure_48h_median, exposure_48h_median_change,
    exposure_48h_median_change_low, exposure_48h_median_change_high, er_exposure_48h, verdict, format_rank
from marts.format_effects
where account_id = $account
order by format_rank nulls last, format
