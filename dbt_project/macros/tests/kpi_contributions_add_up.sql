{# What the leaves contributed is the change of the KGI, within a millionth of it; all of them are known or none. #}
{% test kpi_contributions_add_up(model) %}
select
    tree_id,
    version,
    period_type,
    period_start,
    max(kgi_delta) as kgi_delta,
    sum(contribution) as contributions
from {{ model }}
group by tree_id, version, period_type, period_start
having
    -- a difference below a billionth of a unit is the arithmetic of doubles
    abs(sum(contribution) - max(kgi_delta)) > 1e-6 * abs(max(kgi_delta)) + 1e-9
    or count(contribution) not in (0, count(*))
{% endtest %}
