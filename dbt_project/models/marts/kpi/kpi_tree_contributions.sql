with

changes as (

    select * from {{ ref('int_kpi_edges_weighted') }}

),

nodes as (

    select * from {{ ref('int_kpi_nodes_measured') }}

),

roots as (

    select
        tree_id,
        version,
        period_type,
        period_start,
        previous_period_start,
        value - previous_value as kgi_delta
    from changes
    where depth = 0

),

leaves as (

    select * from changes
    where op in ('leaf', 'empirical')

),

trees as (

    -- one leaf that is unknown leaves the whole period of the tree without contributions: no partial sums
    select
        leaves.tree_id,
        leaves.version,
        leaves.period_type,
        leaves.period_start,
        count(leaves.root_change) = count(*) as is_known
    from leaves
    group by leaves.tree_id, leaves.version, leaves.period_type, leaves.period_start

),

reasons as (

    select
        tree_id,
        version,
        period_type,
        period_start,
        min(null_reason) as null_reason
    from changes
    group by tree_id, version, period_type, period_start

),

joined as (

    select
        leaves.tree_id,
        leaves.version,
        leaves.node_id,
        leaves.period_type,
        leaves.period_start,
        nodes.period_end,
        roots.previous_period_start,
        nodes.brand_id,
        nodes.kgi_id,
        nodes.metric_id,
        nodes.label_en,
        nodes.label_ja,
        leaves.value as actual,
        leaves.previous_value as previous_actual,
        roots.kgi_delta,
        case when trees.is_known and roots.kgi_delta is not null then leaves.root_change end as contribution,
        reasons.null_reason,
        nodes.is_partial
    from leaves
    inner join nodes
        on
            leaves.tree_id = nodes.tree_id
            and leaves.version = nodes.version
            and leaves.node_id = nodes.node_id
            and leaves.period_type = nodes.period_type
            and leaves.period_start = nodes.period_start
    inner join roots
        on
            leaves.tree_id = roots.tree_id
            and leaves.version = roots.version
            and leaves.period_type = roots.period_type
            and leaves.period_start = roots.period_start
    inner join trees
        on
            leaves.tree_id = trees.tree_id
            and leaves.version = trees.version
            and leaves.period_type = trees.period_type
            and leaves.period_start = trees.period_start
    inner join reasons
        on
            leaves.tree_id = reasons.tree_id
            and leaves.version = reasons.version
            and leaves.period_type = reasons.period_type
            and leaves.period_start = reasons.period_start

)

select
    tree_id,
    version,
    node_id,
    period_type,
    period_start,
    period_end,
    previous_period_start,
    brand_id,
    kgi_id,
    metric_id,
    label_en,
    label_ja,
    actual,
    previous_actual,
    kgi_delta,
    contribution,
    {{ ratio('contribution', 'kgi_delta') }} as share,
    case
        when contribution is not null then cast(null as {{ dbt.type_string() }})
        when previous_period_start is null then 'no_previous_period'
        else coalesce(null_reason, 'identity_broken')
    end as null_reason,
    is_partial
from joined
