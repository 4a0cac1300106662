{#
How DuckDB takes a seed: only when its file or the types of its columns are others than those it was made of, which the
table's comment keeps.
#}
{% materialization seed, adapter='duckdb' %}
    {%- set table = this.incorporate(type='table') -%}
    {%- set made_of = local_md5(model['checksum']['checksum'] ~ tojson(config.get('column_types', {}))) -%}
    {%- set former = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if former is not none and seed_comment(this) == made_of -%}
        {%- do store_result('agate_table', response='UNCHANGED') -%}
        {% call noop_statement('main', 'UNCHANGED') %}{% endcall %}
    {%- else -%}
        {%- set rows = load_agate_table() -%}
        {%- do store_result('agate_table', response='OK', agate_table=rows) -%}
        {%- if former is not none -%}{%- do adapter.drop_relation(former) -%}{%- endif -%}
        {%- set create = create_csv_table(model, rows) -%}
        {%- set load = load_csv_rows(model, rows) if rows.rows | length else '' -%}
        {% call noop_statement('main', 'CREATE ' ~ rows.rows | length, 'CREATE', rows.rows | length) %}
            {{ get_csv_sql(create, load) }};
        {% endcall %}
        {%- do run_query("comment on table " ~ table ~ " is '" ~ made_of ~ "'") -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [table]}) }}
{% endmaterialization %}

{% macro seed_comment(relation) %}
    {%- set found = run_query(
        "select comment from duckdb_tables() where schema_name = '" ~ relation.schema ~ "' and table_name = '" ~ relation.identifier ~ "'"
    ) -%}
    {{ return(found.rows[0][0] if found.rows else none) }}
{% endmacro %}
