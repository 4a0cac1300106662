{#
How DuckDB makes a table anew: one statement in one transaction. The adapter's own way builds beside, renames twice and
drops, which costs a small model more than its rows do.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
    {%- set table = this.incorporate(type='table') -%}
    {%- set former = load_cached_relation(this) -%}
    {%- if former is not none and not former.is_table -%}
        {%- do adapter.drop_relation(former) -%}
    {%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(compiled_code) }}
            create or replace table {{ table }} {{ get_table_columns_and_constraints() }};
            insert into {{ table }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }});
        {%- else -%}
            create or replace table {{ table }} as ({{ compiled_code }});
        {%- endif -%}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [table]}) }}
{% endmaterialization %}
