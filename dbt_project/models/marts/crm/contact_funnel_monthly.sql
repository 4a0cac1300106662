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

-- of each later step the first event that is not before the step before
leads as (

    select
        begun.brand_id,
        begun.person_key,
        begun.at_1,
        min(events.occurred_at) as at_2
    from begun
    left join events
        on
            begun.brand_id = events.brand_id
            and begun.person_key = events.person_key
            and events.step_order = 2
            and begun.at_1 <= events.occurred_at
    group by begun.brand_id, begun.person_key, begun.at_1

),

qualified as (

    select
        leads.brand_id,
        leads.person_key,
        leads.at_1,
        leads.at_2,
        min(events.occurred_at) as at_3
    from leads
    left join events
        on
            leads.brand_id = events.brand_id
            and leads.person_key = events.person_key
            and events.step_order = 3
            and leads.at_2 <= events.occurred_at
    group by leads.brand_id, leads.person_key, leads.at_1, leads.at_2

),

reached as (

    select
        qualified.brand_id,
        qualified.person_key,
        qualified.at_1,
        qualified.at_2,
        qualified.at_3,
        min(events.occurred_at) as at_4
    from qualified
    left join events
        on
            qualified.brand_id = events.brand_id
            and qualified.person_key = events.person_key
            and events.step_order = 4
            and qualified.at_3 <= events.occurred_at
    group by
        qualified.brand_id,
        qualified.person_key,
        qualified.at_1,
        qualified.at_2,
        qualified.at_3

),

followed as (

    select
        brand_id,
        person_key,
        step_order,
        lead(step_order, 1) over (partition by brand_id, person_key order by occurred_at, step_order) as next_1,
        lead(step_order, 2) over (partition by brand_id, person_key order by occurred_at, step_order) as next_2,
        lead(step_order, 3) over (partition by brand_id, person_key order by occurred_at, step_order) as next_3
    from events

),

-- how far a person came without anything else in between
strict as (

    select
        brand_id,
        person_key,
        max(
            case
                when next_1 = 2 and next_2 = 3 and next_3 = 4 then 4
                when next_1 = 2 and next_2 = 3 then 3
                when next_1 = 2 then 2
                else 1
            end
        ) as step_reached
    from followed
    where step_order = 1
    group by brand_id, person_key

),

people as (

    select
        {% for step in steps %}
        case
            when reached.at_{{ loop.index }} <= {{ dbt.dateadd('day', window_days, 'reached.at_1') }} then 1
        end as windowed_{{ loop.index }},
        case when reached.at_{{ loop.index }} is not null then 1 end as ordered_{{ loop.index }},
        case when strict.step_reached >= {{ loop.index }} then 1 end as strict_{{ loop.index }},
        {% endfor %}
        reached.brand_id,
        {{ period_start('month', 'cast(reached.at_1 as date)') }} as cohort_month
    from reached
    inner join strict
        on
            reached.brand_id = strict.brand_id
            and reached.person_key = strict.person_key

),

counted as (

    {% for step in steps %}
    select
        brand_id,
        cohort_month,
        cast({{ loop.index }} as bigint) as step_order,
        '{{ step }}' as step_name,
        count(*) as people_begun,
        count(ordered_{{ loop.index }}) as ordered_people,
        count(windowed_{{ loop.index }}) as windowed_people,
        count(strict_{{ loop.index }}) as strict_people
    from people
    group by brand_id, cohort_month
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

laid_out as (

    {% for counting in ['ordered', 'windowed', 'strict'] %}
    select
        brand_id,
        cohort_month,
        '{{ counting }}' as counting,
        step_order,
        step_name,
        cast({{ counting }}_people as bigint) as people,
        cast(people_begun as bigint) as people_begun
    from counted
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    laid_out.brand_id,
    laid_out.cohort_month,
    laid_out.counting,
    laid_out.step_order,
    laid_out.step_name,
    laid_out.people,
    laid_out.people_begun,
    {{ ratio('laid_out.people', 'laid_out.people_begun') }} as people_share_begun,
    -- those who began on the month's last day have not had their days yet
    {{ add_days(period_end('month', 'laid_out.cohort_month'), window_days) }} > reporting_window.last_date as is_open
from laid_out
cross join reporting_window
