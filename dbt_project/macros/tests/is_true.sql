{# A condition that holds on every row; `expression` is SQL over the columns, whether the test hangs on one or not. #}
{% test is_true(model, expression, column_name=none) %}
select * from {{ model }} where not coalesce({{ expression }}, true)
{% endtest %}
