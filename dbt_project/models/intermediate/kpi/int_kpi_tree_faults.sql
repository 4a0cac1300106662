with

kgis as (

    select * from {{ ref('kgis') }}

),

edges as (

    select * from {{ ref('kpi_edges') }}

),

level_0 as (

    select
        kgi_id,
        version,
        brand_id,
        node_id
    from edges
    where parent_node_id is null

),

{% for depth in range(1, kpi_tree_levels()) %}
level_{{ depth }} as (

    select
        edges.kgi_id,
        edges.version,
        edges.brand_id,
        edges.node_id
    from edges
    inner join level_{{ depth - 1 }} as parents
        on
            edges.kgi_id = parents.kgi_id
            and edges.version = parents.version
            and edges.brand_id = parents.brand_id
            and edges.parent_node_id = parents.node_id

),

{% endfor %}
rooted as (

    {% for depth in range(kpi_tree_levels()) %}
    select * from level_{{ depth }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

families as (

    select
        parents.kgi_id,
        parents.version,
        parents.brand_id,
        parents.node_id,
        parents.op,
        count(children.node_id) as child_count,
        sum(case when children.carries_target then 1 else 0 end) as carrier_count
    from edges as parents
    left join edges as children
        on
            parents.kgi_id = children.kgi_id
            and parents.version = children.version
            and parents.brand_id = children.brand_id
            and parents.node_id = children.parent_node_id
    group by parents.kgi_id, parents.version, parents.brand_id, parents.node_id, parents.op

),

faults as (

    select
        'not_under_the_root' as fault,
        'kpi_edges.csv' as seed_file,
        edges.kgi_id || ' version '
        || cast(edges.version as {{ dbt.type_string() }}) || ' ' || edges.node_id as row_key,
        'no way leads from it to a root: its parent is missing, it is part of a cycle, or it lies deeper than '
        || '{{ kpi_tree_levels() }} levels' as explanation
    from edges
    left join rooted
        on
            edges.kgi_id = rooted.kgi_id
            and edges.version = rooted.version
            and edges.brand_id = rooted.brand_id
            and edges.node_id = rooted.node_id
    where rooted.node_id is null

    union all

    select
        'not_one_root' as fault,
        'kpi_edges.csv' as seed_file,
        kgi_id || ' version ' || cast(version as {{ dbt.type_string() }}) as row_key,
        'a tree has one row without a parent_node_id' as explanation
    from edges
    group by kgi_id, version, brand_id
    having sum(case when parent_node_id is null then 1 else 0 end) <> 1

    union all

    select
        'root_is_not_the_kgi' as fault,
        'kpi_edges.csv' as seed_file,
        edges.kgi_id || ' ' || edges.node_id as row_key,
        'the root measures ' || coalesce(edges.metric_id, 'nothing') || ', the KGI ' || kgis.metric_id as explanation
    from edges
    inner join kgis
        on
            edges.kgi_id = kgis.kgi_id
            and (edges.brand_id = kgis.brand_id or kgis.brand_id = '*')
    where edges.parent_node_id is null and (edges.metric_id is null or edges.metric_id <> kgis.metric_id)

    union all

    select
        'wrong_number_of_children' as fault,
        'kpi_edges.csv' as seed_file,
        kgi_id || ' ' || node_id as row_key,
        'op ' || op || ' with ' || cast(child_count as {{ dbt.type_string() }})
        || ' children: leaf has none, ratio two, product two to {{ kpi_product_children() }}, sum and empirical any'
            as explanation
    from families
    where
        (op = 'leaf' and child_count > 0)
        or (op = 'ratio' and child_count <> 2)
        or (op = 'product' and child_count not between 2 and {{ kpi_product_children() }})
        or (op in ('sum', 'empirical') and child_count = 0)

    union all

    select
        'not_one_carrier' as fault,
        'kpi_edges.csv' as seed_file,
        kgi_id || ' ' || node_id as row_key,
        'exactly one child of a product says carries_target = true' as explanation
    from families
    where op = 'product' and carrier_count <> 1

    union all

    select
        'unmeasured_leaf' as fault,
        'kpi_edges.csv' as seed_file,
        kgi_id || ' ' || node_id as row_key,
        'op ' || op || ' needs a metric_id' as explanation
    from edges
    where op in ('leaf', 'empirical') and metric_id is null

)

select * from faults
