{#
How the big tables grow: by whole months, without a watermark. A month is rebuilt when what the input says of it
differs from what the table holds, and with it every later month, since an increment looks back at the capture
before. The state is the table itself, so a killed run, a late file or a replaced capture heal by themselves.

Input and table both have captured_month and captured_at; a table of finer grain is given as `held`, grouped as the
input is. What is compared: rows, newest capture, and the sum of capture times, which sees a capture replaced below
the newest.
#}
{% macro first_changed_month(input, held=none) %}
    {% if not execute or not is_incremental() %}{{ return('1900-01-01') }}{% endif %}
    {% set question %}
        select cast(min(coalesce(given.captured_month, held.captured_month)) as {{ dbt.type_string() }}) as month
        from ({{ month_signature(input) }}) as given
        full outer join ({{ month_signature(held or this) }}) as held
            on given.captured_month = held.captured_month
        where
            coalesce(given.row_count, 0) <> coalesce(held.row_count, 0)
            or given.last_captured_s <> held.last_captured_s
            or given.sum_captured_s <> held.sum_captured_s
    {% endset %}
    {{ return(run_query(question).columns[0].values()[0] or '9999-12-01') }}
{% endmacro %}

{% macro month_signature(relation) %}
    select
        captured_month,
        count(*) as row_count,
        max({{ epoch_s('captured_at') }}) as last_captured_s,
        cast(sum({{ epoch_s('captured_at') }}) as decimal(38, 0)) as sum_captured_s
    from {{ relation }}
    group by captured_month
{% endmacro %}

{% macro only_changed_months(input) -%}
    {% if is_incremental() -%}
        where captured_date >= cast('{{ first_changed_month(input) }}' as date)
    {%- endif %}
{%- endmacro %}

{# Months that come replace what is held of them; a month that no longer comes at all has to go by itself. #}
{% macro delete_vanished_months(input) %}
    {% if is_incremental() %}{{ return(adapter.dispatch('delete_vanished_months')(input)) }}{% endif %}
{% endmacro %}

{% macro default__delete_vanished_months(input) %}
    delete from {{ this }}
    where captured_month not in (select given.captured_month from {{ input }} as given)
{% endmacro %}

{# Files are not deleted from by row: each month is a partition. #}
{% macro spark__delete_vanished_months(input) %}
    {% set question %}
        select cast(captured_month as {{ dbt.type_string() }}) as month from {{ this }}
        except
        select cast(captured_month as {{ dbt.type_string() }}) as month from {{ input }}
    {% endset %}
    {% set months = run_query(question).columns[0].values() if execute else [] %}
    {% if months %}
        alter table {{ this }} drop if exists
        {% for month in months %}
        partition (captured_month = '{{ month }}'){{ ',' if not loop.last }}
        {% endfor %}
    {% endif %}
{% endmacro %}
