{# What must hold of every row of a seed, in one query, the broken rule beside each row: a `key` that stands once, no
   `required` cell empty, `known` values only, names that another seed lists (column: seed.column), and `rules` of its
   own (sentence: SQL that is not false). #}
{% test rows_are_sound(model, key=[], required=[], known={}, listed={}, rules={}) %}
{%- set broken = [] -%}
{%- for column in key + required -%}
{%- do broken.append((column ~ ' is never empty', column ~ ' is null')) -%}
{%- endfor -%}
{%- for column, values in known.items() -%}
{%- do broken.append((column ~ ' is one of ' ~ values | join(', '), column ~ " not in ('" ~ values | join("', '") ~ "')")) -%}
{%- endfor -%}
{%- for column, place in listed.items() -%}
{%- set seed, listing = place.split('.') -%}
{%- set names = '(select ' ~ listing ~ ' from ' ~ ref(seed) ~ ' where ' ~ listing ~ ' is not null)' -%}
{%- do broken.append((column ~ ' is listed in ' ~ seed ~ '.csv', column ~ ' not in ' ~ names)) -%}
{%- endfor -%}
{%- for sentence, condition in rules.items() -%}
{%- do broken.append((sentence, 'not coalesce(' ~ condition ~ ', true)')) -%}
{%- endfor -%}
{%- if key -%}
{%- set listed_key = key | join(', ') -%}
{%- set twice = '(select ' ~ listed_key ~ ' from ' ~ model ~ ' group by ' ~ listed_key ~ ' having count(*) > 1)' -%}
{%- do broken.append(('one row a ' ~ listed_key, '(' ~ listed_key ~ ') in ' ~ twice)) -%}
{%- endif %}
{% for sentence, condition in broken %}
select
    *,
    '{{ sentence | replace("'", "''") }}' as broken_rule
from {{ model }}
where {{ condition }}
{{ 'union all' if not loop.last }}
{% endfor %}
{% endtest %}
