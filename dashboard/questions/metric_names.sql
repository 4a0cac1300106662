select distinct metric_id from marts.brand_metrics order by metric_id
