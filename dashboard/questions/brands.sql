select brand_id, min(brand_name) as brand_name, min(currency) as currency
from marts.dim_accounts
group by brand_id
order by brand_id
