{# The schema is the folder's name, without the target's prefix: raw_* beside staging, intermediate, marts. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
