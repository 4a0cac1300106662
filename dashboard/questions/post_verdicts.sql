select verdict.*
from marts.post_verdicts as verdict
inner join marts.dim_posts as post using (post_id)
where post.brand_id = $brand
