{# Rows n = 0 … 9999: long enough for 27 years of days, and every engine can build it. #}
{% macro whole_numbers() -%}
    select cast(ones.n + 10 * tens.n + 100 * hundreds.n + 1000 * thousands.n as bigint) as n
    from ({{ digits() }}) as ones
    cross join ({{ digits() }}) as tens
    cross join ({{ digits() }}) as hundreds
    cross join ({{ digits() }}) as thousands
{%- endmacro %}

{% macro digits() -%}
    {%- for digit in range(10) -%}
        select {{ digit }} as n{{ ' union all ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# A quotient as a double; NULL when either side is unknown or the denominator is zero. #}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}
