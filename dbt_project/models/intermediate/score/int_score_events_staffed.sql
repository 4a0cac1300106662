{{ config(materialized='ephemeral') }}

with

survey_responses as (

    select * from {{ ref('stg_files__survey_responses') }}

),

staff_months as (

    select * from {{ ref('stg_files__hr_metrics') }}

),

-- months of a department as person-days and people, so that a rate of several months is one of sums
staffed as (

    {% for event_type, quantity in [
        ('days_absent', 'absence_days'), ('days_present', 'scheduled_days - absence_days'),
        ('people_left', 'leaver_count'), ('people_stayed', 'headcount - leaver_count')
    ] %}
    select
        record_id || ':{{ event_type }}' as event_id,
        department,
        month,
        '{{ event_type }}' as event_type,
        {{ quantity }} as quantity
    from staff_months
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    response_id || coalesce(':' || question_id, '') as event_id,
    'department' as entity_type,
    department as entity_id,
    entity_id as member_id,
    case when score >= 4 then 'employee_answer_favourable' else 'employee_answer_other' end as event_type,
    responded_at as occurred_at,
    cast(responded_at as date) as event_date,
    cast(score as double) as quantity,
    'department_answers' as source
from survey_responses
where survey = 'employee' and score is not null and department is not null

union all

select
    event_id,
    'department' as entity_type,
    department as entity_id,
    cast(null as {{ dbt.type_string() }}) as member_id,
    event_type,
    {{ day_begins_at('month', "'UTC'") }} as occurred_at,
    month as event_date,
    cast(quantity as double) as quantity,
    'hr_metrics' as source
from staffed
where quantity is not null
