select card.*
from marts.scorecard_weekly as card
inner join marts.dim_accounts as account using (account_id)
where account.brand_id = $brand
