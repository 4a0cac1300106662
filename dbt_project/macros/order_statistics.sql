{#
Of the places 1 … n of a sorted sample, those that hold its median with 95 % confidence whatever its distribution:
(n ∓ 1.96 √n) / 2, rounded outwards. Fewer than six values have no such places.
#}
{% macro median_place_low(n) -%}
    case when {{ n }} >= 6 then cast(floor(({{ n }} - 1.96 * sqrt({{ n }})) / 2) as bigint) end
{%- endmacro %}

{% macro median_place_high(n) -%}
    case when {{ n }} >= 6 then cast({{ n }} + 1 - floor(({{ n }} - 1.96 * sqrt({{ n }})) / 2) as bigint) end
{%- endmacro %}
