select date, is_captured from marts.dim_dates where date between $period_start and $period_end order by date
