select
    node_id, parent_node_id, depth, child_order, op, metric_id, label_en, label_ja, unit, is_kpi,
    actual, null_reason, target, required, attainment, pace, status, is_partial
from marts.kpi_tree_nodes
where tree_id = $tree and period_type = $period_type and period_start = $period_start
order by depth, parent_node_id, child_order
