{# Every combination of `columns` has exactly `row_count` rows. #}
{% test rows_per(model, columns, row_count) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) <> {{ row_count }}
{% endtest %}
