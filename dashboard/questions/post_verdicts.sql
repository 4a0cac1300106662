select post_id, verdict
from marts.post_verdicts
where brand_id = $brand
order by post_id
