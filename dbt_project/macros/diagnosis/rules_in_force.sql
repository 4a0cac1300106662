{# The row of a seed of thresholds with the highest version. #}
{% macro rules_in_force(seed) -%}
    select * from {{ ref(seed) }}
    where version = (select max(versions.version) from {{ ref(seed) }} as versions)
{%- endmacro %}
