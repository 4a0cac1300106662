select
    node_id, metric_id, label_en, label_ja, actual, previous_actual, kgi_delta, contribution, null_reason,
    previous_period_start
from marts.kpi_tree_contributions
where tree_id = $tree and period_type = $period_type and period_start = $period_start
order by abs(contribution) desc nulls last, node_id
