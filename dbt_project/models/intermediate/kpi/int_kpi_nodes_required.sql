with

nodes as (

    select * from {{ ref('int_kpi_nodes_measured') }}

),

targets as (

    select * from {{ ref('int_kpi_targets_spread') }}

),

relations as (

    select
        brand_id,
        metric_id,
        related_metric_id,
        elasticity,
        state,
        expires_on,
        row_number() over (
            partition by brand_id, metric_id, related_metric_id
            order by assessed_on desc
        ) as recency
    from {{ ref('int_kpi_relations_judged') }}

),

moved as (

    -- children of an empirical node that move it by the newest fit, as long as that one holds
    select
        nodes.tree_id,
        nodes.version,
        nodes.node_id,
        nodes.period_type,
        nodes.period_start,
        relations.elasticity,
        count(*) over (
            partition by nodes.tree_id, nodes.version, nodes.parent_node_id, nodes.period_type, nodes.period_start
        ) as mover_count
    from nodes
    inner join nodes as parents
        on
            nodes.tree_id = parents.tree_id
            and nodes.version = parents.version
            and nodes.parent_node_id = parents.node_id
            and nodes.period_type = parents.period_type
            and nodes.period_start = parents.period_start
    inner join relations
        on
            nodes.brand_id = relations.brand_id
            and nodes.metric_id = relations.metric_id
            and parents.metric_id = relations.related_metric_id
            and nodes.period_start <= relations.expires_on
    where
        parents.op = 'empirical'
        and relations.recency = 1
        and relations.state = 'supported'
        and relations.elasticity <> 0
        and nodes.held_value > 0

),

families as (

    select
        tree_id,
        version,
        parent_node_id,
        period_type,
        period_start,
        count(*) as child_count,
        count(held_value) as held_count,
        {{ exact_sum('held_value') }} as held_total,
        {{ kpi_child('held_value', 2) }} as held_denominator,
        {% for place in range(1, kpi_product_children() + 1) -%}
        case
            when count(*) >= {{ place }} and {{ kpi_child('case when carries_target then 1 else 0 end', place) }} = 0
                then {{ kpi_child('held_value', place) }}
            else cast(1 as double)
        end {{ 'as held_product' if loop.last else '*' }}
        {% endfor %}
    from nodes
    where parent_node_id is not null
    group by tree_id, version, parent_node_id, period_type, period_start

),

level_0 as (

    select
        nodes.tree_id,
        nodes.version,
        nodes.node_id,
        nodes.op,
        nodes.held_value,
        nodes.period_type,
        nodes.period_start,
        targets.target as required,
        false as is_held
    from nodes
    left join targets
        on
            nodes.brand_id = targets.brand_id
            and nodes.kgi_id = targets.kgi_id
            and nodes.metric_id = targets.metric_id
            and nodes.period_type = targets.period_type
            and nodes.period_start = targets.period_start
    where nodes.depth = 0

),

{% for depth in range(1, kpi_tree_levels()) %}
level_{{ depth }} as (

    select
        nodes.tree_id,
        nodes.version,
        nodes.node_id,
        nodes.op,
        nodes.held_value,
        nodes.period_type,
        nodes.period_start,
        case
            when parents.required is null then cast(null as double)
            -- each takes on an equal part of the growth, so that all of them together give what is required
            when parents.op = 'empirical'
                then
                    case
                        when parents.required > 0 and parents.held_value > 0
                            then
                                nodes.held_value * power(
                                    parents.required / parents.held_value, 1 / (moved.mover_count * moved.elasticity)
                                )
                    end
            when parents.op = 'product' and not nodes.carries_target then nodes.held_value
            when parents.op = 'product' then parents.required / nullif(families.held_product, 0)
            when parents.op = 'ratio' and nodes.child_place = 2 then nodes.held_value
            when parents.op = 'ratio' then parents.required * families.held_denominator
            when parents.op = 'sum' and families.held_count < families.child_count then cast(null as double)
            when parents.op = 'sum' and families.held_total = 0 then parents.required / families.child_count
            when parents.op = 'sum' then parents.required * nodes.held_value / families.held_total
        end as required,
        parents.is_held
        or (parents.op = 'product' and not nodes.carries_target)
        or (parents.op = 'ratio' and nodes.child_place = 2) as is_held
    from nodes
    inner join level_{{ depth - 1 }} as parents
        on
            nodes.tree_id = parents.tree_id
            and nodes.version = parents.version
            and nodes.parent_node_id = parents.node_id
            and nodes.period_type = parents.period_type
            and nodes.period_start = parents.period_start
    inner join families
        on
            nodes.tree_id = families.tree_id
            and nodes.version = families.version
            and nodes.parent_node_id = families.parent_node_id
            and nodes.period_type = families.period_type
            and nodes.period_start = families.period_start
    left join moved
        on
            nodes.tree_id = moved.tree_id
            and nodes.version = moved.version
            and nodes.node_id = moved.node_id
            and nodes.period_type = moved.period_type
            and nodes.period_start = moved.period_start
    where nodes.depth = {{ depth }}

),

{% endfor %}
levels as (

    {% for depth in range(kpi_tree_levels()) %}
    select * from level_{{ depth }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    tree_id,
    version,
    node_id,
    period_type,
    period_start,
    required,
    is_held
from levels
