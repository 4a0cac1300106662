with

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}

),

edges as (

    select * from {{ ref('kpi_edges') }}

),

brands as (

    select brand_id from metrics
    group by brand_id

),

edges_preferred as (

    -- a brand with rows of its own for a KGI does without the rows for every brand
    select
        brands.brand_id,
        edges.kgi_id,
        edges.version,
        edges.node_id,
        edges.parent_node_id,
        edges.child_order,
        edges.op,
        edges.metric_id,
        edges.carries_target,
        edges.label_en,
        edges.label_ja,
        rank() over (
            partition by brands.brand_id, edges.kgi_id
            order by case when edges.brand_id = '*' then 1 else 0 end
        ) as preference
    from brands
    inner join edges on edges.brand_id in ('*', brands.brand_id)

),

nodes as (

    select
        brand_id || '.' || kgi_id as tree_id,
        brand_id,
        kgi_id,
        version,
        node_id,
        parent_node_id,
        child_order,
        row_number() over (
            partition by brand_id, kgi_id, version, parent_node_id
            order by child_order, node_id
        ) as child_place,
        op,
        metric_id,
        coalesce(carries_target, false) as carries_target,
        label_en,
        label_ja
    from edges_preferred
    where preference = 1

),

level_0 as (

    select
        nodes.*,
        cast(0 as bigint) as depth,
        true as is_exact
    from nodes
    where nodes.parent_node_id is null

),

{% for depth in range(1, kpi_tree_levels()) %}
level_{{ depth }} as (

    select
        nodes.*,
        cast({{ depth }} as bigint) as depth,
        parents.is_exact and parents.op in ('sum', 'product', 'ratio') as is_exact
    from nodes
    inner join level_{{ depth - 1 }} as parents
        on
            nodes.tree_id = parents.tree_id
            and nodes.version = parents.version
            and nodes.parent_node_id = parents.node_id

),

{% endfor %}
levels as (

    {% for depth in range(kpi_tree_levels()) %}
    select * from level_{{ depth }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from levels
