select
    account.platform, account.handle, told.text_en, told.text_ja, told.feature, told.with_n, told.without_n, told.lift,
    told.lift_low, told.lift_high, told.verdict, told.is_due
from marts.kpi_hints as told
inner join marts.dim_accounts as account using (account_id)
where told.brand_id = $brand
order by told.is_due desc, told.verdict = 'no_evidence_yet', abs(told.lift) desc nulls last, told.account_id,
    told.hint_id, told.feature
