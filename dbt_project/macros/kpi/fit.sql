{# Days by which a KPI may go before what it moves; each of the fifteen is tried. #}
{% macro kpi_longest_lag() %}{{ return(14) }}{% endmacro %}

{#
Each lag alone is believed at 0.1 % two-sided, so that the best of fifteen is found by chance in at most 1.5 % of unrelated
pairs (Bonferroni). All days and the older ones are asked apart: in at most 3 % one of both is believed.
#}
{% macro kpi_lag_z() %}{{ return(3.29) }}{% endmacro %}

{# Means of seven weekdays, a slope and an intercept are taken from the sample before it says anything. #}
{% macro kpi_fit_cost() %}{{ return(9) }}{% endmacro %}

{# What a sample of `n` steps is worth, at least one, when `redundancy` of them are worth as much as one of their own. #}
{% macro fit_freedom(n, redundancy) -%}
    greatest((cast({{ n }} as double) - {{ kpi_fit_cost() }}) / {{ redundancy }}, 1)
{%- endmacro %}

{# Of pairs of one scale and part, all that a straight line and its error on other pairs can be told from. #}
{% macro fit_moments(x, y, name, condition='true') -%}
    cast(count(case when {{ condition }} then {{ x }} * {{ y }} end) as double) as {{ name }}_n,
    {% for moment, value in [('x', x), ('y', y), ('xx', x ~ ' * ' ~ x), ('yy', y ~ ' * ' ~ y), ('xy', x ~ ' * ' ~ y)] -%}
    sum(case when {{ condition }} and {{ x }} is not null and {{ y }} is not null then {{ value }} end)
        as {{ name }}_{{ moment }}{{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{% macro fit_slope(name) -%}
    ({{ name }}_n * {{ name }}_xy - {{ name }}_x * {{ name }}_y)
    / nullif({{ name }}_n * {{ name }}_xx - {{ name }}_x * {{ name }}_x, 0)
{%- endmacro %}

{# Pearson's; a spread that is nothing but the rounding of doubles is none. #}
{% macro fit_r(name) -%}
    case
        when {{ name }}_n * {{ name }}_xx - {{ name }}_x * {{ name }}_x > 1e-12 * {{ name }}_n * {{ name }}_xx
            and {{ name }}_n * {{ name }}_yy - {{ name }}_y * {{ name }}_y > 1e-12 * {{ name }}_n * {{ name }}_yy
            then greatest(-0.999999, least(0.999999,
                ({{ name }}_n * {{ name }}_xy - {{ name }}_x * {{ name }}_y)
                / sqrt({{ name }}_n * {{ name }}_xx - {{ name }}_x * {{ name }}_x)
                / sqrt({{ name }}_n * {{ name }}_yy - {{ name }}_y * {{ name }}_y)
            ))
    end
{%- endmacro %}

{# Of the pairs of `judged`, the part of their spread that the line fitted to those of `fitted` foretells. #}
{% macro fit_r2_of_other(fitted, judged) -%}
    1 - (
        {{ judged }}_yy + {{ judged }}_n * intercept * intercept + slope * slope * {{ judged }}_xx
        + 2 * slope * intercept * {{ judged }}_x - 2 * intercept * {{ judged }}_y - 2 * slope * {{ judged }}_xy
    )
    / nullif(
        {{ judged }}_yy - 2 * {{ judged }}_y * {{ fitted }}_y / {{ fitted }}_n
        + {{ judged }}_n * ({{ fitted }}_y / {{ fitted }}_n) * ({{ fitted }}_y / {{ fitted }}_n),
        0
    )
{%- endmacro %}

{# Fisher's z of a correlation: its error is 1 / sqrt(n - 3), whatever the correlation. #}
{% macro fisher_z(r) -%}
    ln((1 + {{ r }}) / (1 - {{ r }})) / 2
{%- endmacro %}

{% macro fisher_r(z) -%}
    (exp(2 * ({{ z }})) - 1) / (exp(2 * ({{ z }})) + 1)
{%- endmacro %}

{# The standard normal distribution, by Page's approximation: off by 0.00015 at most; NULL of an unknown z. #}
{% macro normal_cdf(z) -%}
    case
        -- greatest and least pass over NULLs
        when ({{ z }}) is not null
            then
                1 / (1 + exp(-greatest(
                    -30, least(30, 1.5976 * ({{ z }}) + 0.070566 * ({{ z }}) * ({{ z }}) * ({{ z }}))
                )))
    end
{%- endmacro %}
