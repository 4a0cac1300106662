-- The goals of a brand in a period, each with its change since the period before.
select
    node.tree_id,
    node.kgi_id,
    case node.kgi_id when 'sales' then 1 when 'leads' then 2 else 3 end as goal_order,
    node.node_id,
    node.metric_id,
    node.label_en,
    node.label_ja,
    node.unit,
    node.actual,
    node.null_reason,
    node.target,
    node.attainment,
    node.pace,
    node.status,
    node.is_partial,
    max(contributed.kgi_delta) as kgi_delta
from marts.kpi_tree_nodes as node
left join marts.kpi_tree_contributions as contributed
    using (tree_id, version, period_type, period_start)
where node.brand_id = $brand and node.period_type = $period_type and node.period_start = $period_start
    and node.depth = 0
group by all
order by goal_order, node.tree_id
