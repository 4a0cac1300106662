select told.* from marts.kpi_relations as told
