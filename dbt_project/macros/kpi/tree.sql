{# Levels below the root that a tree may have, root included; a deeper one is a fault of the registry. #}
{% macro kpi_tree_levels() %}{{ return(12) }}{% endmacro %}

{# Children that a product may have: three Gauss points integrate up to six factors exactly. #}
{% macro kpi_product_children() %}{{ return(6) }}{% endmacro %}

{# A sum whose result does not depend on the order of its rows. #}
{% macro exact_sum(value) -%}
    cast(sum(cast({{ value }} as decimal(38, 10))) as double)
{%- endmacro %}

{# Over the children of one parent: their `value` added, multiplied, and divided; NULL once a child is unknown. #}
{% macro kpi_children_combined(value, suffix='') -%}
    case when count({{ value }}) = count(*) then {{ exact_sum(value) }} end as sum_of_children{{ suffix }},
    {% for place in range(1, kpi_product_children() + 1) -%}
    case when count(*) >= {{ place }} then {{ kpi_child(value, place) }} else cast(1 as double) end
    {{- ' as product_of_children' ~ suffix ~ ',' if loop.last else ' *' }}
    {% endfor -%}
    {{ kpi_child(value, 1) }} / nullif({{ kpi_child(value, 2) }}, 0) as ratio_of_children{{ suffix }}
{%- endmacro %}

{# The value of the child in one place, when rows are grouped by parent. #}
{% macro kpi_child(value, place) -%}
    max(case when child_place = {{ place }} then {{ value }} end)
{%- endmacro %}

{# What the parent's op makes of kpi_children_combined. #}
{% macro kpi_combined_by(op, suffix='') -%}
    case {{ op }}
        when 'sum' then sum_of_children{{ suffix }}
        when 'product' then product_of_children{{ suffix }}
        when 'ratio' then ratio_of_children{{ suffix }}
    end
{%- endmacro %}
