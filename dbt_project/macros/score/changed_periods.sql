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

{# The rules as files: seeds, and the models that read them. #}
{% macro score_rules_checksum() -%}
    {%- set names = [
        'seed.social_metrics.score_models', 'seed.social_metrics.score_signals',
        'model.social_metrics.int_score_events_unioned', 'model.social_metrics.engagement_signals',
        'model.social_metrics.engagement_score_contributions'
    ] -%}
    {%- set checksums = [] -%}
    {%- for name in names if execute -%}
        {%- do checksums.append(graph.nodes[name].checksum.checksum) -%}
    {%- endfor -%}
    {{ return(checksums | join(' ')) }}
{%- endmacro %}
