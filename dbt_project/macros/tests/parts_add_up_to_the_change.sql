{# The parts of an incident and what they leave unexplained are its change, to the last exposure. #}
{% test parts_add_up_to_the_change(model) %}
select
    account_id,
    incident_start,
    max(delta_total) as delta_total,
    sum(delta_explained) + max(delta_unexplained) as delta_of_parts
from {{ model }}
group by account_id, incident_start
having
    sum(delta_explained) + max(delta_unexplained) <> max(delta_total)
    or count(*) <> 5
{% endtest %}
