select told.* from marts.kpi_hints as told
