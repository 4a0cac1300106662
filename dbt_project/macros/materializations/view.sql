{# How DuckDB makes a view anew, for the reason that `table.sql` tells. #}
{% materialization view, adapter='duckdb' %}
    {%- set view = this.incorporate(type='view') -%}
    {%- set former = load_cached_relation(this) -%}
    {%- if former is not none and not former.is_view -%}
        {%- do adapter.drop_relation(former) -%}
    {%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}create or replace view {{ view }} as ({{ compiled_code }});{% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [view]}) }}
{% endmaterialization %}
