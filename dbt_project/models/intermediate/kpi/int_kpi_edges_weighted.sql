with

nodes as (

    select * from {{ ref('int_kpi_nodes_measured') }}
    where is_exact

),

carried as (

    select * from {{ ref('int_kpi_nodes_carried') }}

),

paired as (

    select
        nodes.*,
        before.period_start as previous_period_start,
        case when carried.node_id is not null then carried.carried_value else before.value end as previous_value,
        before.null_reason as previous_null_reason,
        carried.node_id is not null and carried.carried_value is null and before.value is not null as is_cut_off
    from nodes
    left join nodes as before
        on
            nodes.tree_id = before.tree_id
            and nodes.version = before.version
            and nodes.node_id = before.node_id
            and nodes.period_type = before.period_type
            and nodes.period_start = {{ add_days('before.period_end', 1) }}
    left join carried
        on
            before.tree_id = carried.tree_id
            and before.version = carried.version
            and before.node_id = carried.node_id
            and before.period_type = carried.period_type
            and before.period_start = carried.period_start

),

changes as (

    -- a rate without a denominator did not change: it takes its value from the other period
    select
        tree_id,
        version,
        node_id,
        parent_node_id,
        depth,
        child_place,
        op,
        period_type,
        period_start,
        previous_period_start,
        value,
        previous_value,
        case
            when is_cut_off then 'definition_break'
            else coalesce(null_reason, previous_null_reason)
        end as null_reason,
        case when null_reason = 'zero_denominator' then coalesce(previous_value, 0) else value end as new_value,
        case when previous_null_reason = 'zero_denominator' then coalesce(value, 0) else previous_value end as old_value
    from paired

),

families as (

    select
        tree_id,
        version,
        parent_node_id,
        period_type,
        period_start,
        {% for place in range(1, kpi_product_children() + 1) %}
        case when count(*) >= {{ place }} then {{ kpi_child('new_value', place) }} else 1 end as new_{{ place }},
        case when count(*) >= {{ place }} then {{ kpi_child('old_value', place) }} else 1 end as old_{{ place }},
        {% endfor %}
        {{ kpi_children_combined('new_value', '_new') }},
        {{ kpi_children_combined('old_value', '_old') }}
    from changes
    where parent_node_id is not null
    group by tree_id, version, parent_node_id, period_type, period_start

),

identities as (

    select
        parents.op as parent_op,
        families.*,
        abs({{ kpi_combined_by('parents.op', '_new') }} - parents.new_value) <= 1e-6 * abs(parents.new_value) + 1e-9
        and abs({{ kpi_combined_by('parents.op', '_old') }} - parents.old_value) <= 1e-6 * abs(parents.old_value) + 1e-9
            as holds
    from families
    inner join changes as parents
        on
            families.tree_id = parents.tree_id
            and families.version = parents.version
            and families.parent_node_id = parents.node_id
            and families.period_type = parents.period_type
            and families.period_start = parents.period_start

),

weighted as (

    select
        changes.*,
        case
            when changes.parent_node_id is null then 1
            when not identities.holds then cast(null as double)
            when identities.parent_op = 'sum' then 1
            when identities.parent_op = 'product' then {{ kpi_product_weight('old', 'new', 'changes.child_place') }}
            when identities.parent_op = 'ratio' then {{ kpi_ratio_weight('old', 'new', 'changes.child_place') }}
        end as weight
    from changes
    left join identities
        on
            changes.tree_id = identities.tree_id
            and changes.version = identities.version
            and changes.parent_node_id = identities.parent_node_id
            and changes.period_type = identities.period_type
            and changes.period_start = identities.period_start

),

level_0 as (

    select
        weighted.*,
        weighted.weight as root_weight
    from weighted
    where weighted.depth = 0

),

{% for depth in range(1, kpi_tree_levels()) %}
level_{{ depth }} as (

    select
        weighted.*,
        parents.root_weight * weighted.weight as root_weight
    from weighted
    inner join level_{{ depth - 1 }} as parents
        on
            weighted.tree_id = parents.tree_id
            and weighted.version = parents.version
            and weighted.parent_node_id = parents.node_id
            and weighted.period_type = parents.period_type
            and weighted.period_start = parents.period_start
    where weighted.depth = {{ depth }}

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
    depth,
    op,
    period_type,
    period_start,
    previous_period_start,
    value,
    previous_value,
    null_reason,
    new_value,
    old_value,
    root_weight,
    -- the only place where a leaf's change is turned into the KGI's unit
    root_weight * (new_value - old_value) as root_change
from levels
