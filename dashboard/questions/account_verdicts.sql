select
    account.platform, account.handle, told.week_start, told.question, told.verdict, told.is_found, told.hint_en,
    told.hint_ja, told.evidence
from marts.account_verdicts as told
inner join marts.dim_accounts as account using (account_id)
where told.brand_id = $brand and told.week_start between $period_start and $period_end
order by told.is_found desc, told.week_start, account.platform, told.account_id, told.question
