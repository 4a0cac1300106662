select bottleneck.*, account.platform, account.handle
from marts.funnel_bottlenecks as bottleneck
inner join marts.dim_accounts as account using (account_id)
where account.brand_id = $brand and bottleneck.period_start = (
    select max(period_start) from marts.funnel_bottlenecks where period_start <= $period_start
)
order by bottleneck.is_bottleneck desc, bottleneck.z
