select account_id, platform, handle, followers
from marts.dim_accounts
where brand_id = $brand and platform in ('instagram', 'x')
order by platform, account_id
