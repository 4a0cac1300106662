with

nodes as (

    select * from {{ ref('int_kpi_trees_expanded') }}

),

metrics as (

    select * from {{ ref('int_brand_metrics_by_period') }}

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

periods as (

    select
        brand_id,
        period_type,
        period_start,
        period_end,
        max(case when is_partial then 1 else 0 end) = 1 as is_partial
    from metrics
    group by brand_id, period_type, period_start, period_end

),

looked_up as (

    select
        nodes.*,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.is_partial,
        cast(
            {{ days_between(
                'greatest(reporting_window.first_date, periods.period_start)',
                'least(reporting_window.last_date, periods.period_end)'
            ) }} + 1 as double
        ) / ({{ days_between('periods.period_start', 'periods.period_end') }} + 1) as captured_share,
        metrics.unit,
        metrics.numerator,
        metrics.denominator,
        coalesce(metrics.denominator is not null, false) or nodes.op = 'ratio' as is_rate,
        metrics.value as measured_value,
        case
            when metrics.value is not null then cast(null as {{ dbt.type_string() }})
            when metrics.denominator = 0 then 'zero_denominator'
            else coalesce(metrics.null_reason, 'no_source')
        end as measured_null_reason
    from nodes
    cross join reporting_window
    inner join periods on nodes.brand_id = periods.brand_id
    left join metrics
        on
            nodes.brand_id = metrics.brand_id
            and nodes.metric_id = metrics.metric_id
            and periods.period_type = metrics.period_type
            and periods.period_start = metrics.period_start

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
        {{ kpi_children_combined('value') }},
        min(null_reason) as null_reason
    from level_{{ depth + 1 }}
    group by tree_id, version, parent_node_id, period_type, period_start

),
{% endif %}
level_{{ depth }} as (

    select
        looked_up.*,
        {% if depth == kpi_tree_levels() - 1 %}
        looked_up.measured_value as value,
        looked_up.measured_null_reason as null_reason
        {% else %}
        case
            when looked_up.metric_id is not null then looked_up.measured_value
            else {{ kpi_combined_by('looked_up.op') }}
        end as value,
        case
            when looked_up.metric_id is not null then looked_up.measured_null_reason
            when {{ kpi_combined_by('looked_up.op') }} is null
                then coalesce(combined_{{ depth }}.null_reason, 'zero_denominator')
        end as null_reason
        {% endif %}
    from looked_up
    {% if depth < kpi_tree_levels() - 1 %}
    left join combined_{{ depth }}
        on
            looked_up.tree_id = combined_{{ depth }}.tree_id
            and looked_up.version = combined_{{ depth }}.version
            and looked_up.node_id = combined_{{ depth }}.parent_node_id
            and looked_up.period_type = combined_{{ depth }}.period_type
            and looked_up.period_start = combined_{{ depth }}.period_start
    {% endif %}
    where looked_up.depth = {{ depth }}

),

{% endfor %}
levels as (

    {% for depth in range(kpi_tree_levels()) %}
    select * from level_{{ depth }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

with_base as (

    -- what is usual: the four periods before, as a ratio of sums for a rate and as a mean for a count
    select
        levels.*,
        case
            when levels.denominator is not null
                then
                    cast(sum(cast(levels.numerator as decimal(38, 10))) over four_before as double)
                    / nullif(cast(sum(cast(levels.denominator as decimal(38, 10))) over four_before as double), 0)
            else
                cast(sum(cast(levels.value as decimal(38, 10))) over four_before as double)
                / nullif(count(levels.value) over four_before, 0)
        end as base_value
    from levels
    window four_before as (
        partition by levels.tree_id, levels.version, levels.node_id, levels.period_type
        order by levels.period_start
        rows between 4 preceding and 1 preceding
    )

)

select
    tree_id,
    brand_id,
    kgi_id,
    version,
    node_id,
    parent_node_id,
    depth,
    child_order,
    child_place,
    op,
    metric_id,
    unit,
    label_en,
    label_ja,
    carries_target,
    is_exact,
    is_rate,
    period_type,
    period_start,
    period_end,
    is_partial,
    captured_share,
    value,
    null_reason,
    -- a rate of zero cannot be divided by, so what is usual stands in
    coalesce(nullif(value, 0), base_value, value) as held_value
from with_base
