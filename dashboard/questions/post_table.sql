select
    post.post_id, performance.platform, performance.format, performance.published_at, performance.published_date,
    post.text, post.permalink, performance.exposure_metric_id,
    performance.exposure_to_date, performance.exposure_48h, performance.exposure_48h_z,
    performance.normal_range_status, performance.engagements_to_date, performance.er_impressions,
    performance.er_views, coalesce(performance.er_views, performance.er_impressions) as er_exposure,
    performance.link_clicks_to_date, performance.saves_to_date
from marts.post_performance as performance
inner join marts.dim_posts as post using (post_id)
where performance.brand_id = $brand and performance.published_date between $period_start and $period_end
order by performance.exposure_to_date desc nulls last, post.post_id
