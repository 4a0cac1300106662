{#
Called by dbt. A seed comes with its rows in one statement; the adapter's own way writes 'None' for an empty cell and
stumbles over a quote.
#}
{% macro spark__create_csv_table(model, agate_table) %}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set cells = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set data_type = type_of_target(types.get(name, adapter.convert_type(agate_table, loop.index0))) -%}
        {%- do cells.append('cast(' ~ name ~ ' as ' ~ data_type ~ ') as ' ~ name) -%}
    {%- endfor -%}
    {% set sql %}
        create table {{ this.render() }} {{ file_format_clause() }} as
        select {{ cells | join(', ') }}
        from values
        {% for row in agate_table.rows %}
        ({% for cell in row %}{{ spark_literal(cell) }}{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
        {% else %}
        ({{ (['null'] * agate_table.column_names | length) | join(', ') }})
        {% endfor %}
        as seed ({{ agate_table.column_names | join(', ') }})
        {{ 'where false' if agate_table.rows | length == 0 }}
    {% endset %}
    {% call statement('_') %}{{ sql }}{% endcall %}
    {{ return(sql) }}
{% endmacro %}

{% macro spark__load_csv_rows(model, agate_table) %}{{ return('') }}{% endmacro %}

{% macro spark_literal(cell) -%}
    {%- if cell is none -%}
        null
    {%- else -%}
        '{{ cell | string | replace('\\', '\\\\') | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
