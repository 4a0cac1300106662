{# An experiment compares two or three patterns, no more. #}
{% test two_or_three_patterns(model) %}
select
    experiment_id,
    count(distinct pattern_id) as pattern_n
from {{ model }}
group by experiment_id
having count(distinct pattern_id) not in (2, 3)
{% endtest %}
