{#
How scores grow: by whole periods. A period is scored anew when its inputs_hash differs from the one that its rows
carry, so that the table itself is the state: a killed run, a late file, an erasure or a changed weight heal by
themselves. On Spark the tables are built whole
(materialized in the models' yml).
#}
{# Before the new rows come: what the held ones were made of is no more. #}
{% macro delete_changed_periods(input) %}
    {% if is_incremental() %}
        delete from {{ this }}
        where inputs_hash not in (select given.inputs_hash from {{ input }} as given group by given.inputs_hash)
    {% endif %}
{% endmacro %}

{% macro only_changed_periods(column) -%}
    {% if is_incremental() -%}
        where {{ column }} not in (select held.inputs_hash from {{ this }} as held group by held.inputs_hash)
    {%- endif %}
{%- endmacro %}

{# The same from outside: for the models that prepare what `name` is going to hold. #}
{% macro not_held_by(name, column) -%}
    {%- set node = graph.get('nodes', {}).get('model.social_metrics.' ~ name) if execute -%}
    {%- set held = load_cached_relation(
        api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)
    ) if node -%}
    {%- if held and not flags.FULL_REFRESH and target.type != 'spark' -%}
        where {{ column }} not in (select held.inputs_hash from {{ held }} as held group by held.inputs_hash)
    {%- endif -%}
{%- endmacro %}

{# The rules as files: seeds, and the models that read them. #}
{% macro score_rules_checksum(names) -%}
    {%- set checksums = [] -%}
    {%- set nodes = graph.get('nodes', {}).values() if execute else [] -%}
    {%- for node in nodes | sort(attribute='unique_id') if node.name in names -%}
        {%- do checksums.append(node.checksum.checksum) -%}
    {%- endfor -%}
    {{ return(checksums | join(' ')) }}
{%- endmacro %}
