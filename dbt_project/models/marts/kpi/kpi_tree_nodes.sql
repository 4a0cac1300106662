with

nodes as (

    select * from {{ ref('int_kpi_nodes_measured') }}

),

required as (

    select * from {{ ref('int_kpi_nodes_required') }}

),

targets as (

    select * from {{ ref('int_kpi_targets_spread') }}

),

kpis as (

    select
        nodes.tree_id,
        nodes.metric_id
    from nodes
    inner join {{ ref('kpis') }} as chosen
        on
            nodes.kgi_id = chosen.kgi_id
            and nodes.metric_id = chosen.metric_id
            and chosen.brand_id in ('*', nodes.brand_id)
    group by nodes.tree_id, nodes.metric_id

),

aimed as (

    select
        nodes.*,
        targets.kgi_version,
        targets.target,
        required.required,
        coalesce(required.is_held, false) and targets.target is null as is_held,
        kpis.metric_id is not null as is_kpi,
        coalesce(targets.target, required.required) as aim,
        -- a rate, and a target that is the same whatever the period's length, is due in full from the first day
        case
            when nodes.is_rate or coalesce(targets.spread, 'by_day') = 'same' then 1
            else nodes.captured_share
        end as due_share
    from nodes
    inner join required
        on
            nodes.tree_id = required.tree_id
            and nodes.version = required.version
            and nodes.node_id = required.node_id
            and nodes.period_type = required.period_type
            and nodes.period_start = required.period_start
    left join targets
        on
            nodes.brand_id = targets.brand_id
            and nodes.kgi_id = targets.kgi_id
            and nodes.metric_id = targets.metric_id
            and nodes.period_type = targets.period_type
            and nodes.period_start = targets.period_start
    left join kpis
        on
            nodes.tree_id = kpis.tree_id
            and nodes.metric_id = kpis.metric_id

),

judged as (

    select
        *,
        case when not is_held then {{ ratio('value', 'aim') }} end as attainment,
        case when not is_held then {{ ratio('value', 'aim * due_share') }} end as pace
    from aimed

)

select
    tree_id,
    version,
    node_id,
    period_type,
    period_start,
    period_end,
    brand_id,
    kgi_id,
    kgi_version,
    parent_node_id,
    depth,
    child_order,
    op,
    metric_id,
    unit,
    label_en,
    label_ja,
    is_kpi,
    value as actual,
    null_reason,
    target,
    required,
    attainment,
    pace,
    case
        when is_held then 'held'
        when aim is null then 'no_target'
        when attainment is null then 'unknown'
        when attainment >= 1 then 'met'
        when not is_partial then 'missed'
        when pace >= 1 then 'on_track'
        when pace >= 0.8 then 'at_risk'
        else 'behind'
    end as status,
    is_partial
from judged
