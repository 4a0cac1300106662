{# Unknown is NULL with a reason; a value never has one. #}
{% test null_has_reason(model, column_name, reason='null_reason') %}
select *
from {{ model }}
where
    ({{ column_name }} is null and {{ reason }} is null)
    or ({{ column_name }} is not null and {{ reason }} is not null)
{% endtest %}
