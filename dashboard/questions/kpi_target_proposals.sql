select told.* from marts.kpi_target_proposals as told
