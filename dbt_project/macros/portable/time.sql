{# The wall clock of `zone` at an instant, as a timestamp without zone. #}
{% macro local_time(instant, zone) %}{{ return(adapter.dispatch('local_time')(instant, zone)) }}{% endmacro %}

{% macro default__local_time(instant, zone) %}timezone({{ zone }}, {{ instant }}){% endmacro %}

{% macro spark__local_time(instant, zone) %}from_utc_timestamp({{ instant }}, {{ zone }}){% endmacro %}

{# The calendar day in `zone` on which an instant falls. #}
{% macro local_date(instant, zone) %}cast({{ local_time(instant, zone) }} as date){% endmacro %}

{# The instant at which a day begins in `zone`. #}
{% macro day_begins_at(day, zone) %}{{ return(adapter.dispatch('day_begins_at')(day, zone)) }}{% endmacro %}

{% macro default__day_begins_at(day, zone) %}timezone({{ zone }}, cast({{ day }} as timestamp)){% endmacro %}

{% macro spark__day_begins_at(day, zone) %}to_utc_timestamp(cast({{ day }} as timestamp), {{ zone }}){% endmacro %}

{# Instagram and GA4 change a day's figures until 48 hours after its end. #}
{% macro settles_at(day, zone) %}{{ dbt.dateadd('hour', 48, day_begins_at(add_days(day, 1), zone)) }}{% endmacro %}

{# Whole seconds since 1970, exact as an integer. #}
{% macro epoch_s(instant) %}{{ return(adapter.dispatch('epoch_s')(instant)) }}{% endmacro %}

{% macro default__epoch_s(instant) %}cast(floor(epoch({{ instant }})) as bigint){% endmacro %}

{% macro spark__epoch_s(instant) %}unix_timestamp({{ instant }}){% endmacro %}

{# `days` is a number or a column. #}
{% macro add_days(day, days) %}cast({{ dbt.dateadd('day', days, day) }} as date){% endmacro %}

{% macro days_between(earlier, later) %}cast({{ dbt.datediff(earlier, later, 'day') }} as bigint){% endmacro %}

{% macro period_start(period_type, day) %}cast({{ dbt.date_trunc(period_type, day) }} as date){% endmacro %}

{# First day of a day's month: what period_start gives, at a third of its cost where there are rows by the million. #}
{% macro month_of(day) %}{{ return(adapter.dispatch('month_of')(day)) }}{% endmacro %}

{% macro default__month_of(day) %}({{ day }} - cast(day({{ day }}) - 1 as int)){% endmacro %}

{% macro spark__month_of(day) %}cast(date_sub({{ day }}, day({{ day }}) - 1) as date){% endmacro %}

{# Last day of the week, month or quarter that begins on `start`. #}
{% macro period_end(period_type, start) -%}
    {%- if period_type == 'day' -%}
        {{ start }}
    {%- elif period_type == 'week' -%}
        {{ add_days(start, 6) }}
    {%- else -%}
        cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 1 if period_type == 'month' else 3, start)) }} as date)
    {%- endif -%}
{%- endmacro %}

{# Monday 1 … Sunday 7; 1900-01-01 was a Monday. #}
{% macro iso_weekday(day) -%}
    cast(mod({{ dbt.datediff("cast('1900-01-01' as date)", day, 'day') }}, 7) + 1 as bigint)
{%- endmacro %}

{# Called by dbt.dateadd: the adapter's own way scans for NULLs in every row and refuses them. #}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    timestampadd({{ datepart }}, cast({{ interval }} as int), {{ from_date_or_timestamp }})
{%- endmacro %}

{# Called by dbt.datediff. Of days alone: the boundaries of longer periods are counted differently by every engine. #}
{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart != 'day' -%}
        {{ exceptions.raise_compiler_error('datediff is in days, not in ' ~ datepart) }}
    {%- endif -%}
    date_diff(cast({{ second_date }} as date), cast({{ first_date }} as date))
{%- endmacro %}
