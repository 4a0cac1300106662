select distinct triage.account_id, account.platform, account.handle, triage.incident_start, triage.incident_end,
    triage.delta_total, triage.incident_verdict
from marts.impression_triage as triage
inner join marts.dim_accounts as account using (account_id)
where account.brand_id = $brand
order by triage.incident_start desc, triage.account_id
