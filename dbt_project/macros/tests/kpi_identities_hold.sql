{# A node with an identity equals what its op makes of its children, within a millionth. #}
{% test kpi_identities_hold(model, value='actual') %}
with

families as (

    select
        tree_id,
        version,
        parent_node_id,
        period_type,
        period_start,
        {{ kpi_children_combined(value) }}
    from (
        select
            *,
            row_number() over (
                partition by tree_id, version, parent_node_id, period_type, period_start
                order by child_order, node_id
            ) as child_place
        from {{ model }}
        where parent_node_id is not null
    ) as children
    group by tree_id, version, parent_node_id, period_type, period_start

)

select
    parents.tree_id,
    parents.node_id,
    parents.period_type,
    parents.period_start,
    parents.{{ value }},
    {{ kpi_combined_by('parents.op') }} as recomputed
from {{ model }} as parents
inner join families
    on
        parents.tree_id = families.tree_id
        and parents.version = families.version
        and parents.node_id = families.parent_node_id
        and parents.period_type = families.period_type
        and parents.period_start = families.period_start
where abs({{ kpi_combined_by('parents.op') }} - parents.{{ value }}) > 1e-6 * abs(parents.{{ value }}) + 1e-9
{% endtest %}
