select period_start, actual, target, attainment, is_partial
from marts.kpi_tree_nodes
where tree_id = $tree and period_type = $period_type and depth = 0 and period_start <= $period_start
order by period_start
