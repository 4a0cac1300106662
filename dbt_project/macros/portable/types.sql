{# A type of the contracts and seeds, which are written in DuckDB's words, in the words of the target. #}
{% macro type_of_target(data_type) %}{{ return(adapter.dispatch('type_of_target')(data_type)) }}{% endmacro %}

{% macro default__type_of_target(data_type) %}{{ return(data_type) }}{% endmacro %}

{% macro spark__type_of_target(data_type) %}
    {{ return({'varchar': 'string', 'timestamp with time zone': 'timestamp'}.get(data_type, data_type)) }}
{% endmacro %}

{# Called by dbt: the empty table that the contract of a model promises. #}
{% macro spark__get_empty_schema_sql(columns) %}
    {%- set typed = {} -%}
    {%- for name, column in columns.items() -%}
        {%- do typed.update({name: dict(column, data_type=type_of_target(column['data_type']))}) -%}
    {%- endfor -%}
    {{ return(default__get_empty_schema_sql(typed)) }}
{% endmacro %}
