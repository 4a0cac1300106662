select
    account.platform, account.handle, told.account_id, told.stream, told.lost_en as forgotten_en,
    told.lost_ja as forgotten_ja, strftime(told.last_captured_at, '%Y-%m-%d %H:%M') as captured,
    round(told.days_left, 1) as days_left, told.windows_lost, told.status
from marts.capture_clock as told
inner join marts.dim_accounts as account using (account_id)
where told.brand_id = $brand
order by told.days_left nulls first, told.account_id, told.stream
