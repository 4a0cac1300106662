with

nodes as (

    select * from {{ ref('int_kpi_nodes_measured') }}
    where is_exact

),

bridges as (

    select * from {{ ref('kpi_bridges') }}

),

breaks as (

    -- days from which on a metric means something else, and by what its older figures are made comparable
    select
        metrics.metric_id,
        metrics.valid_from,
        bridges.factor
    from {{ ref('metrics') }} as metrics
    left join bridges
        on
            metrics.metric_id = bridges.metric_id
            and metrics.valid_from = bridges.valid_from
    where metrics.version > 1

),

broken as (

    select
        nodes.tree_id,
        nodes.version,
        nodes.node_id,
        nodes.period_type,
        nodes.period_start,
        breaks.factor
    from nodes
    inner join nodes as following
        on
            nodes.tree_id = following.tree_id
            and nodes.version = following.version
            and nodes.node_id = following.node_id
            and nodes.period_type = following.period_type
            and following.period_start = {{ add_days('nodes.period_end', 1) }}
    inner join breaks
        on
            nodes.metric_id = breaks.metric_id
            and nodes.period_start < breaks.valid_from
            and following.period_end >= breaks.valid_from

),

crossed as (

    select
        tree_id,
        version,
        period_type,
        period_start
    from broken
    group by tree_id, version, period_type, period_start

),

crossing as (

    -- every node of a tree in a period after which one of its metrics means something else
    select
        nodes.*,
        broken.node_id is not null as is_broken,
        nodes.value * broken.factor as bridged_value
    from nodes
    inner join crossed
        on
            nodes.tree_id = crossed.tree_id
            and nodes.version = crossed.version
            and nodes.period_type = crossed.period_type
            and nodes.period_start = crossed.period_start
    left join broken
        on
            nodes.tree_id = broken.tree_id
            and nodes.version = broken.version
            and nodes.node_id = broken.node_id
            and nodes.period_type = broken.period_type
            and nodes.period_start = broken.period_start

),

{% for depth in range(kpi_tree_levels() - 1, -1, -1) %}
{% if depth < kpi_tree_levels() - 1 %}
combined_{{ depth }} as (

    select
        tree_id,
        version,
        parent_node_id,
        period_type,
        period_start,
        {{ kpi_children_combined('carried_value') }},
        max(case when is_crossed then 1 else 0 end) = 1 as is_crossed
    from level_{{ depth + 1 }}
    group by tree_id, version, parent_node_id, period_type, period_start

),
{% endif %}
level_{{ depth }} as (

    select
        crossing.*,
        {% if depth == kpi_tree_levels() - 1 %}
        crossing.is_broken as is_crossed,
        case when crossing.is_broken then crossing.bridged_value else crossing.value end as carried_value
        {% else %}
        crossing.is_broken or coalesce(combined_{{ depth }}.is_crossed, false) as is_crossed,
        case
            when crossing.bridged_value is not null then crossing.bridged_value
            when combined_{{ depth }}.is_crossed and {{ kpi_combined_by('crossing.op') }} is not null
                then {{ kpi_combined_by('crossing.op') }}
            when not crossing.is_broken and crossing.metric_id is not null then crossing.value
            when not coalesce(combined_{{ depth }}.is_crossed, crossing.is_broken) then crossing.value
        end as carried_value
        {% endif %}
    from crossing
    {% if depth < kpi_tree_levels() - 1 %}
    left join combined_{{ depth }}
        on
            crossing.tree_id = combined_{{ depth }}.tree_id
            and crossing.version = combined_{{ depth }}.version
            and crossing.node_id = combined_{{ depth }}.parent_node_id
            and crossing.period_type = combined_{{ depth }}.period_type
            and crossing.period_start = combined_{{ depth }}.period_start
    {% endif %}
    where crossing.depth = {{ depth }}

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
    carried_value
from levels
where is_crossed
