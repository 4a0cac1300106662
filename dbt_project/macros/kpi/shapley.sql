{#
   What one unit of a child's change adds to its parent's, for each op.

   For a product it is the Shapley value divided by the child's change: the average, over every order in which the
   children could have changed one after the other, of the product of the others. That average is the integral of
   the others' product along the straight line from old to new, a polynomial of degree n - 1, which three Gauss
   points integrate exactly for up to six children. A ratio is the product of its first child and one over its
   second. In both, the children's shares add up to the parent's change whatever its sign, zeros included.
#}
{% macro kpi_product_weight(old, new, place) -%}
    {%- set half_width = 0.3872983346207417 -%}
    {%- for offset, weight in [(-half_width, 5 / 18), (0, 4 / 9), (half_width, 5 / 18)] %}
    cast({{ weight }} as double)
    {%- for sibling in range(1, kpi_product_children() + 1) %}
    * case
        when {{ place }} = {{ sibling }} then 1
        else {{ old }}_{{ sibling }}
            + cast({{ 0.5 + offset }} as double) * ({{ new }}_{{ sibling }} - {{ old }}_{{ sibling }})
    end
    {%- endfor %}
    {{- ' +' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro kpi_ratio_weight(old, new, place) -%}
    case
        when {{ place }} = 1
            then (1 / nullif({{ old }}_2, 0) + 1 / nullif({{ new }}_2, 0)) / 2
        else -({{ old }}_1 + {{ new }}_1) / 2 / nullif({{ old }}_2 * {{ new }}_2, 0)
    end
{%- endmacro %}
