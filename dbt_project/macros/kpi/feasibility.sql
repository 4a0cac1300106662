{# Whole periods that a spread can be told from. #}
{% macro kpi_fewest_periods() %}{{ return(3) }}{% endmacro %}

{# Below this probability a target is too high. #}
{% macro kpi_too_high_below() %}{{ return(0.05) }}{% endmacro %}

{#
The probability that the next period reaches `target`, if it is drawn from the same normal distribution as the `n`
before it. Without spread it is certain one way or the other; NULL on too few periods.
#}
{% macro kpi_p_hit(target, mean, sd, n) -%}
    case
        when coalesce({{ n }}, 0) < {{ kpi_fewest_periods() }} or {{ target }} is null then cast(null as double)
        when {{ sd }} > 0
            then {{ normal_cdf('(' ~ mean ~ ' - ' ~ target ~ ') / ' ~ sd ~ ' / sqrt(1 + cast(1 as double) / ' ~ n ~ ')') }}
        when {{ mean }} >= {{ target }} then cast(1 as double)
        else cast(0 as double)
    end
{%- endmacro %}

{# A rung of the ladder is one spread above the one below, at least a tenth of the way. #}
{% macro kpi_ladder_step(target, mean, sd) -%}
    greatest(coalesce({{ sd }}, 0), ({{ target }} - {{ mean }}) / 10)
{%- endmacro %}

{# The lowest rung above what was reached last, at most the target. #}
{% macro kpi_next_rung(target, mean, sd, reached) -%}
    least(
        {{ target }},
        {{ mean }} + {{ kpi_ladder_step(target, mean, sd) }} * (
            1 + greatest(floor(({{ reached }} - {{ mean }}) / nullif({{ kpi_ladder_step(target, mean, sd) }}, 0)), 0)
        )
    )
{%- endmacro %}
