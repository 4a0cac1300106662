select review.*
from marts.weekly_review as review
where review.brand_id = $brand
