select verdict.*, account.platform, account.handle
from marts.account_verdicts as verdict
inner join marts.dim_accounts as account using (account_id)
where account.brand_id = $brand and account.platform in ('instagram', 'x')
