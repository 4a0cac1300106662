with

nodes as (

    select * from {{ ref('int_kpi_trees_expanded') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

siblings as (

    select * from {{ ref('kpi_siblings') }}

),

kgi_patterns as (

    select * from {{ ref('kgi_patterns') }}

),

metrics as (

    select * from {{ ref('int_metrics_current') }}

),

goals as (

    select * from {{ ref('int_kpi_goals') }}

),

related as (

    select
        goals.brand_id,
        goals.kgi_id,
        kpis.metric_id,
        goals.metric_id as related_metric_id,
        'kpi' as role
    from goals
    inner join kpis
        on
            goals.kgi_id = kpis.kgi_id
            and kpis.brand_id in ('*', goals.brand_id)

    union all

    select
        goals.brand_id,
        goals.kgi_id,
        kgi_patterns.metric_id,
        goals.metric_id as related_metric_id,
        'candidate' as role
    from goals
    inner join kgi_patterns on goals.kgi_type = kgi_patterns.kgi_type

    union all

    -- whether being seen leads to clicks is asked of every goal of sales
    select
        brand_id,
        kgi_id,
        'impressions' as metric_id,
        'link_clicks' as related_metric_id,
        'condition' as role
    from goals
    where kgi_type = 'sales'

    union all

    select
        children.brand_id,
        children.kgi_id,
        children.metric_id,
        parents.metric_id as related_metric_id,
        'edge' as role
    from nodes as parents
    inner join nodes as children
        on
            parents.tree_id = children.tree_id
            and parents.version = children.version
            and parents.node_id = children.parent_node_id
    where parents.op = 'empirical'

    union all

    select
        nodes.brand_id,
        nodes.kgi_id,
        nodes.metric_id,
        others.metric_id as related_metric_id,
        'sibling' as role
    from siblings
    inner join nodes
        on
            siblings.kgi_id = nodes.kgi_id
            and siblings.version = nodes.version
            and siblings.brand_id in ('*', nodes.brand_id)
            and siblings.node_id = nodes.node_id
    inner join nodes as others
        on
            nodes.tree_id = others.tree_id
            and nodes.version = others.version
            and siblings.sibling_node_id = others.node_id

)

select
    related.brand_id,
    related.kgi_id,
    related.metric_id,
    related.related_metric_id,
    max(case when related.role = 'edge' then 1 else 0 end) = 1 as is_edge,
    max(case when related.role = 'sibling' then 1 else 0 end) = 1 as is_sibling,
    max(case when related.role = 'kpi' then 1 else 0 end) = 1 as is_kpi,
    max(case when related.role in ('kpi', 'candidate') then 1 else 0 end) = 1 as is_candidate,
    max(metrics.metric_group) as metric_group
from related
inner join metrics on related.metric_id = metrics.metric_id
where related.metric_id <> related.related_metric_id
group by related.brand_id, related.kgi_id, related.metric_id, related.related_metric_id
