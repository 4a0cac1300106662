select told.* from marts.kpi_audit as told
