{{ config(materialized='view') }}

with

product_events as (

    select * from {{ ref('stg_files__product_events') }}

),

survey_responses as (

    select * from {{ ref('stg_files__survey_responses') }}

),

support_tickets as (

    select * from {{ ref('stg_files__support_tickets') }}

),

feedback as (

    select * from {{ ref('stg_hubspot__feedback') }}

),

tickets as (

    select * from {{ ref('stg_hubspot__tickets') }}

),

ticket_contacts as (

    select * from {{ ref('stg_hubspot__ticket_contacts') }}

),

messages as (

    select * from {{ ref('stg_files__message_stats') }}

),

offline_contacts as (

    select * from {{ ref('stg_files__offline_contacts') }}

),

staff_months as (

    select * from {{ ref('stg_files__hr_metrics') }}

),

conversions as (

    select * from {{ ref('int_conversions') }}

),

contacts as (

    select * from {{ ref('int_contacts_attributed') }}

),

site_visits as (

    select * from {{ ref('int_site_visits') }}

),

post_days as (

    select * from {{ ref('int_post_increments') }}

),

-- the CRM knows a person, whose other events are of leads too; dropped files know an id of the product
responses as (

    select
        response_id || coalesce(':' || question_id, '') as event_id,
        entity_type,
        entity_id,
        survey,
        score,
        responded_at,
        'survey_responses' as source
    from survey_responses

    union all

    select
        feedback.account_id || ':feedback:' || feedback.feedback_id as event_id,
        'lead' as entity_type,
        contacts.person_key as entity_id,
        feedback.survey,
        feedback.score,
        feedback.submitted_at as responded_at,
        'hubspot_feedback' as source
    from feedback
    inner join contacts
        on
            feedback.account_id = contacts.account_id
            and feedback.contact_id = contacts.contact_id
    where contacts.person_key is not null and feedback.survey is not null

),

cases as (

    select
        ticket_id,
        'customer' as entity_type,
        entity_id,
        opened_at,
        closed_at,
        'support_tickets' as source
    from support_tickets

    union all

    select
        tickets.account_id || ':ticket:' || tickets.ticket_id || ':' || contacts.contact_id as ticket_id,
        'lead' as entity_type,
        contacts.person_key as entity_id,
        tickets.opened_at,
        tickets.closed_at,
        'hubspot_tickets' as source
    from tickets
    inner join ticket_contacts
        on
            tickets.account_id = ticket_contacts.account_id
            and tickets.ticket_id = ticket_contacts.ticket_id
    inner join contacts
        on
            ticket_contacts.account_id = contacts.account_id
            and ticket_contacts.contact_id = contacts.contact_id
    where contacts.person_key is not null

),

answered as (

    select
        event_id,
        entity_type,
        entity_id,
        case
            when survey <> 'nps' then survey || '_answer'
            when score >= 9 then 'nps_promoter'
            when score >= 7 then 'nps_passive'
            else 'nps_detractor'
        end as event_type,
        responded_at as occurred_at,
        score as quantity,
        source
    from responses
    where score is not null

),

opened as (

    select
        ticket_id || ':opened' as event_id,
        entity_type,
        entity_id,
        'ticket_opened' as event_type,
        opened_at as occurred_at,
        1 as quantity,
        source
    from cases

),

closed as (

    select
        ticket_id || ':closed' as event_id,
        entity_type,
        entity_id,
        'ticket_closed' as event_type,
        closed_at as occurred_at,
        1 as quantity,
        source
    from cases
    where closed_at is not null

),

filed as (

    select
        event_id,
        entity_type,
        entity_id,
        event_type,
        occurred_at,
        quantity,
        -- what became of someone is no use of the product
        case
            when event_type like 'outcome:%' or event_type like 'value:%' or event_type like 'consent:%' then 'outcomes'
            else 'product_events'
        end as source
    from product_events

    union all

    select * from answered

    union all

    select * from opened

    union all

    select * from closed

),

met as (

    {% for contact_type, instant in [('first_visit', 'first_visit_at'), ('form_submit', 'lead_at')] %}
    select
        account_id || ':contact:' || contact_id || ':{{ contact_type }}' as event_id,
        person_key,
        '{{ contact_type }}' as event_type,
        {{ instant }} as occurred_at
    from contacts
    where {{ instant }} is not null

    union all
    {% endfor %}

    select
        visit_key as event_id,
        person_key,
        'site_visit' as event_type,
        began_at as occurred_at
    from site_visits

    union all

    select
        stat_id as event_id,
        person_key,
        'mail_open' as event_type,
        sent_at as occurred_at
    from messages
    where channel = 'mail' and opened_count > 0

    union all

    select
        contact_id as event_id,
        person_key,
        contact_type as event_type,
        occurred_at
    from offline_contacts

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
    event_id,
    entity_type,
    entity_id,
    cast(null as {{ dbt.type_string() }}) as member_id,
    event_type,
    occurred_at,
    cast(occurred_at as date) as event_date,
    cast(quantity as double) as quantity,
    source
from filed

union all

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

-- the product itself, whose people are those that use it
select
    event_id,
    'product' as entity_type,
    entity_type as entity_id,
    entity_id as member_id,
    event_type,
    occurred_at,
    cast(occurred_at as date) as event_date,
    cast(quantity as double) as quantity,
    'product_use' as source
from filed
where source = 'product_events'

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

union all

select
    conversion_id as event_id,
    'lead' as entity_type,
    person_key as entity_id,
    cast(null as {{ dbt.type_string() }}) as member_id,
    case conversion_type when 'deal_won' then 'value:' || currency else 'outcome:converted' end as event_type,
    occurred_at,
    cast(occurred_at as date) as event_date,
    cast(coalesce(amount, 1) as double) as quantity,
    'conversions' as source
from conversions
where person_key is not null and (conversion_type = 'customer' or (conversion_type = 'deal_won' and amount is not null))

union all

select
    event_id,
    'lead' as entity_type,
    person_key as entity_id,
    cast(null as {{ dbt.type_string() }}) as member_id,
    event_type,
    occurred_at,
    cast(occurred_at as date) as event_date,
    cast(1 as double) as quantity,
    'contacts' as source
from met
where person_key is not null

{% set counters = {
    'views': 'coalesce(views, impressions)',
    'likes': 'likes',
    'comments': 'comments',
    'shares': 'coalesce(shares, 0) + coalesce(reposts, 0) + coalesce(quotes, 0)',
    'saves': 'saves',
} %}
{% for metric, counter in counters.items() %}
union all

select
    post_id || ':' || cast(date as {{ dbt.type_string() }}) || ':{{ metric }}' as event_id,
    'content' as entity_type,
    post_id as entity_id,
    cast(null as {{ dbt.type_string() }}) as member_id,
    '{{ metric }}' as event_type,
    captured_at as occurred_at,
    date as event_date,
    cast({{ counter }} as double) as quantity,
    'post_metrics' as source
from post_days
where {{ counter }} is not null
{% endfor %}
