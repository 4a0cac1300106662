with

nodes as (

    select * from {{ ref('int_kpi_trees_expanded') }}

),

siblings as (

    select * from {{ ref('kpi_siblings') }}

),

relations as (

    select
        *,
        row_number() over (
            partition by kgi_id, metric_id, related_metric_id
            order by assessed_on desc
        ) as recency
    from {{ ref('kpi_relations') }}

)

select
    nodes.tree_id,
    nodes.version,
    nodes.node_id,
    others.node_id as sibling_node_id,
    nodes.brand_id,
    nodes.kgi_id,
    nodes.metric_id,
    others.metric_id as sibling_metric_id,
    siblings.label_en,
    siblings.label_ja,
    coalesce(relations.state, 'insufficient') as state,
    relations.assessed_on,
    relations.lag_days,
    relations.r,
    relations.r_low,
    relations.r_high,
    relations.elasticity,
    coalesce(relations.day_n, 0) as day_n
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
left join relations
    on
        nodes.tree_id = relations.kgi_id
        and nodes.metric_id = relations.metric_id
        and others.metric_id = relations.related_metric_id
        and relations.recency = 1
