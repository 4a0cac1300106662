{# A hash of each row of a group, summed: what moves when a row comes, goes or is replaced, whatever their order. #}
{% macro sum_of_hashes(columns) %}{{ return(adapter.dispatch('sum_of_hashes')(columns)) }}{% endmacro %}

{% macro default__sum_of_hashes(columns) -%}
    cast(sum(hash({{ columns | join(', ') }})) as decimal(38, 0))
{%- endmacro %}

{% macro spark__sum_of_hashes(columns) -%}
    cast(sum(cast(xxhash64({{ columns | join(', ') }}) as decimal(20, 0))) as decimal(38, 0))
{%- endmacro %}

{# The bit that stands for a day in its month's mask: 1 for the first day, 2 for the second, 4 for the third. #}
{% macro day_bit(day) %}{{ return(adapter.dispatch('day_bit')(day)) }}{% endmacro %}

{% macro default__day_bit(day) %}(cast(1 as bigint) << (day({{ day }}) - 1)){% endmacro %}

{% macro spark__day_bit(day) %}shiftleft(cast(1 as bigint), day({{ day }}) - 1){% endmacro %}
