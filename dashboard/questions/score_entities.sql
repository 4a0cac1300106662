-- The entities of a brand, and those whose feed names no brand, with what they are scored.
with

owned as (

    select post_id as entity_id, brand_id from marts.dim_posts
    union
    select person_key, brand_id from marts.fct_contacts where person_key is not null

)

select
    scored.entity_id, post.text, scored.score, scored.scale_max, scored.score_pct, scored.band, scored.action_id,
    scored.rank, scored.is_stale, scored.entity_id in (select entity_id from owned) as has_brand
from marts.engagement_scores as scored
left join marts.dim_posts as post on scored.entity_id = post.post_id
where scored.model_id = $model and scored.model_version = $version and scored.period_type = $period_type
    and scored.period_start = $period_start
    and (scored.entity_id in (select entity_id from owned where brand_id = $brand) or not has_brand)
order by scored.rank, scored.entity_id
