{# A figure as a reader writes it: a rate in percent, anything from 100 on without decimals. #}
{% macro kpi_figure(value, kind) -%}
    case
        when {{ kind }} in ('ratio', 'share')
            then cast(cast(100 * {{ value }} as decimal(28, 1)) as {{ dbt.type_string() }}) || ' %'
        when abs({{ value }}) >= 100
            then cast(cast({{ value }} as decimal(28, 0)) as {{ dbt.type_string() }})
        else cast(cast({{ value }} as decimal(28, 1)) as {{ dbt.type_string() }})
    end
{%- endmacro %}

{# What a reader is told for each value of a column: `words` is a list of value, English, Japanese. #}
{% macro kpi_word(column, words, language) -%}
    case {{ column }}
        {% for value, en, ja in words -%}
        when '{{ value }}' then '{{ ja if language == 'ja' else en }}'
        {% endfor -%}
    end
{%- endmacro %}
