{# A count without decimals, a rate (and so anything below ten) with four. #}
{% macro figure_text(value) -%}
    case
        when abs({{ value }}) >= 10 then cast(cast({{ value }} as decimal(28, 0)) as {{ dbt.type_string() }})
        else cast(cast({{ value }} as decimal(28, 4)) as {{ dbt.type_string() }})
    end
{%- endmacro %}
