select event_date, platform, label_en, label_ja from marts.dim_platform_events order by event_date desc
