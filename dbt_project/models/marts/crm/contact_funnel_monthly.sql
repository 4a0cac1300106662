{# The steps of a person in their order; the later ones are conversions. #}
{% set steps = ['sns_contact', 'lead', 'qualified_lead', 'customer'] %}
{% set window_days = 30 %}

with

contacts as (

    select * from {{ ref('contact_sequences') }}

),

conversions as (

    select * from {{ ref('fct_conversions') }}
    where person_key is not null

),

reporting_window as (

    select * from {{ ref('int_reporting_window') }}

),

-- a form that was sent is the lead itself; of visits from elsewhere it matters only that they came between
events as (

    select
        brand_id,
        person_key,
        contacted_at as occurred_at,
        case when line = 'sns' then 1 else 0 end as step_order
    from contacts
    where contact_type <> 'form_submit' and brand_id is not null

    union all

    select
        brand_id,
        person_key,
        occurred_at,
        case conversion_type when 'lead' then 2 when 'qualified_lead' then 3 else 4 end as step_order
    from conversions

),

begun as (

    select
        brand_id,
        person_key,
        min(occurred_at) as at_1
    from events
    where step_order = 1
    group by brand_id, person_key

),

{% for step in steps[1:] %}
{% set order = loop.index + 1 %}
-- the first such event that is not before the step before
reached_{{ order }} as (

    select
        before.brand_id,
        before.person_key,
        {% for earlier in range(1, order) %}
        before.at_{{ earlier }},
        {% endfor %}
        min(events.occurred_at) as at_{{ order }}
    from {{ 'begun' if order == 2 else 'reached_' ~ (order - 1) }} as before
    left join events
        on
            before.brand_id = events.brand_id
            and before.person_key = events.person_key
            and events.step_order = {{ order }}
            and before.at_{{ order - 1 }} <= events.occurred_at
    group by
        before.brand_id,
        before.person_key
        {%- for earlier in range(1, order) %},
        before.at_{{ earlier }}
        {%- endfor %}

),

{% endfor %}
followed as (

    select
        brand_id,
        person_key,
        step_order,
        {% for ahead in range(1, steps | length) %}
        lead(step_order, {{ ahead }}) over (
            partition by brand_id, person_key
            order by
                occurred_at,
                step_order
        ) as next_{{ ahead }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from events

),

-- how far a person came without anything else in between
strict as (

    select
        brand_id,
        person_key,
        max(
            case
                {% for ahead in range(steps | length - 1, 0, -1) %}
                when
                    {% for near in range(1, ahead + 1) %}
                    {{ 'and ' if not loop.first }}next_{{ near }} = {{ near + 1 }}
                    {% endfor %}
                    then {{ ahead + 1 }}
                {% endfor %}
                else 1
            end
        ) as step_reached
    from followed
    where step_order = 1
    group by brand_id, person_key

),

people as (

    select
        reached.brand_id,
        {{ period_start('month', 'cast(reached.at_1 as date)') }} as cohort_month,
        {% for step in steps %}
        case
            when reached.at_{{ loop.index }} <= {{ dbt.dateadd('day', window_days, 'reached.at_1') }} then 1
        end as windowed_{{ loop.index }},
        case when reached.at_{{ loop.index }} is not null then 1 end as ordered_{{ loop.index }},
        case when strict.step_reached >= {{ loop.index }} then 1 end as strict_{{ loop.index }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from reached_{{ steps | length }} as reached
    inner join strict
        on
            reached.brand_id = strict.brand_id
            and reached.person_key = strict.person_key

),

counted as (

    {% for counting in ['ordered', 'windowed', 'strict'] %}
    {% set last_counting = loop.last %}
    {% for step in steps %}
    select
        brand_id,
        cohort_month,
        '{{ counting }}' as counting,
        cast({{ loop.index }} as bigint) as step_order,
        '{{ step }}' as step,
        cast(count({{ counting }}_{{ loop.index }}) as bigint) as people,
        cast(count(*) as bigint) as people_begun
    from people
    group by brand_id, cohort_month
    {{ 'union all' if not (loop.last and last_counting) }}
    {% endfor %}
    {% endfor %}

)

select
    counted.brand_id,
    counted.cohort_month,
    counted.counting,
    counted.step_order,
    counted.step,
    counted.people,
    counted.people_begun,
    {{ ratio('counted.people', 'counted.people_begun') }} as people_share_begun,
    -- those who began on the month's last day have not had their days yet
    {{ add_days(period_end('month', 'counted.cohort_month'), window_days) }} > reporting_window.last_date as is_open
from counted
cross join reporting_window
