select told.* from marts.kpi_progress as told
